import { useEffect, useState } from 'react';

/** How long a question must be on the screen before it can be answered. */
export const ARM_AFTER = 400;

/** False until what `question` names has been shown for a moment. */
export function useArmed(question: string | undefined): boolean {
  const [armed, setArmed] = useState<string>();
  useEffect(() => {
    if (question === undefined) return;
    const timer = setTimeout(() => setArmed(question), ARM_AFTER);
    return () => clearTimeout(timer);
  }, [question]);
  return question !== undefined && armed === question;
}
