import type { Answer } from '@/generated/Answer';
import type { Error as Failure } from '@/generated/Error';
import type { Event } from '@/generated/Event';
import type { Op } from '@/generated/Op';
import type { Query } from '@/generated/Query';
import type { Receipt } from '@/generated/Receipt';
import type { Subscribe } from '@/generated/Subscribe';
import type { Shell } from './shell';

/** The answer to one kind of query: of the same name, or a file. */
export type AnswerTo<Q extends Query> = Extract<
  Answer,
  { answer: Q['query'] extends 'export' | 'profile' ? 'file' : Q['query'] }
>;

/** What a subscription delivers. */
export type Delivery =
  | { event: Event }
  /** Events were dropped or may have been missed: ask for a snapshot again. */
  | { lagged: true };

/** Whether the engine can be reached. */
export type Connection = 'connecting' | 'open' | 'lost' | 'refused';

/** The engine, as every part of the UI sees it: three verbs, and pictures. */
export interface Backend {
  submit(op: Op): Promise<Receipt>;
  query<Q extends Query>(query: Q): Promise<AnswerTo<Q>>;
  /** Gives the function that ends it. */
  subscribe(subscribe: Subscribe, onDelivery: (delivery: Delivery) => void): () => void;
  /** An address an `<img>` can load, for `sha256:…`. */
  blobUrl(hash: string): Promise<string>;
  /** Tells now and at every change; gives the function that ends it. */
  onConnection(listener: (connection: Connection) => void): () => void;
  /** What only the desktop app can do; absent in a browser. */
  readonly shell?: Shell;
}

/** A refusal of the engine: a code to switch on, a message and a remedy for people. */
export class BackendError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = 'BackendError';
    this.failure = failure;
  }

  /** Makes one of whatever was thrown. */
  static from(thrown: unknown): BackendError {
    if (thrown instanceof BackendError) return thrown;
    if (isFailure(thrown)) return new BackendError(thrown);
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new BackendError({ code: 'internal', message });
  }
}

function isFailure(value: unknown): value is Failure {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Failure).code === 'string' &&
    typeof (value as Failure).message === 'string'
  );
}
