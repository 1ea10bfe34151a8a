import { useCallback, useEffect, useRef, useState } from 'react';
import type { Answer } from '@/generated/Answer';
import type { Error as Failure } from '@/generated/Error';
import type { Query } from '@/generated/Query';
import { useBackend } from '@/session/context';
import { failureOf } from '@/session/settings';

type Told<Q extends Query> = Extract<Answer, { answer: Q['query'] }>;

export type Asked<Q extends Query> = {
  answer: Told<Q> | null;
  failure: Failure | null;
  loading: boolean;
  /** When the last answer came, in milliseconds of the clock. */
  at: number;
  again: () => void;
};

/** Asks the engine when the page is opened, and again when it is told to. */
export function useQuery<Q extends Query>(query: Q): Asked<Q> {
  const backend = useBackend();
  const [state, setState] = useState<Omit<Asked<Q>, 'again'>>({
    answer: null,
    failure: null,
    loading: true,
    at: 0,
  });
  const text = JSON.stringify(query);
  const turn = useRef(0);
  const again = useCallback(() => {
    const mine = ++turn.current;
    setState((before) => ({ ...before, loading: true }));
    backend.query(JSON.parse(text) as Q).then(
      (answer) => {
        if (mine === turn.current) {
          setState({
            answer: answer as unknown as Told<Q>,
            failure: null,
            loading: false,
            at: Date.now(),
          });
        }
      },
      (thrown) => {
        if (mine !== turn.current) return;
        setState((before) => ({ ...before, failure: failureOf(thrown), loading: false }));
      },
    );
  }, [backend, text]);
  useEffect(() => {
    again();
    return () => {
      turn.current += 1;
    };
  }, [again]);
  return { ...state, again };
}
