/** Text in which hits stand between U+0002 and U+0003. */
export function Snippet({ text }: { text: string }) {
  return text.split('\u0002').map((part, at) => {
    const [hit, rest] = at === 0 ? [undefined, part] : part.split('\u0003');
    return (
      <span key={at}>
        {hit !== undefined && <mark className="rounded-[2px] bg-mark text-text">{hit}</mark>}
        {rest}
      </span>
    );
  });
}
