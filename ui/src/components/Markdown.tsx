import { type ComponentProps, memo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { defaultRehypePlugins, Streamdown } from 'streamdown';
import { useTokens } from './highlight';
import { Pre } from './Pre';

/** Element props without what the parser adds. */
type Of<K extends keyof React.JSX.IntrinsicElements> = ComponentProps<K> & { node?: unknown };

const plain =
  (Tag: 'p' | 'ul' | 'ol' | 'li' | 'blockquote' | 'hr' | 'strong' | 'sub' | 'sup' | 'section') =>
  ({ children, start, id }: { children?: ReactNode; start?: number; id?: string }) => {
    const Element = Tag as 'ol';
    return Tag === 'hr' ? (
      <hr />
    ) : (
      <Element {...(Tag === 'ol' && start !== undefined && { start })} {...(id && { id })}>
        {children}
      </Element>
    );
  };

/** Headings of a reply stay below the heading of its turn, which is of level 2. */
const heading =
  (level: 3 | 4 | 5 | 6) =>
  ({ children }: { children?: ReactNode }) => {
    const Element = `h${level}` as 'h3';
    return <Element>{children}</Element>;
  };

function Code({ children, className }: Of<'code'>) {
  const text = textOf(children);
  // A block has a line end; what is inline has none.
  if (!className && !text.includes('\n')) return <code>{children}</code>;
  const language = /language-([\w+#-]+)/.exec(className ?? '')?.[1] ?? 'text';
  return <Block code={text.replace(/\n$/, '')} language={language} />;
}

function Block({ code, language }: { code: string; language: string }) {
  const { t } = useTranslation();
  const lines = useTokens(code, language);
  return (
    <Pre
      className="overflow-x-auto rounded-1 border border-border bg-code-bg px-3 py-2 font-mono text-code text-code-text"
      label={t('card.labelShort', { language })}
    >
      {lines.map((line, at) => (
        <span key={at}>
          {line.map(({ text, kind }, index) => (
            <span key={index} className={kind && `tok-${kind}`}>
              {text}
            </span>
          ))}
          {at < lines.length - 1 && '\n'}
        </span>
      ))}
    </Pre>
  );
}

function Link({ children, href }: Of<'a'>) {
  return (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  );
}

/** A picture from elsewhere would tell its server that it was seen: it is named, not loaded. */
function Picture({ alt, src }: Of<'img'>) {
  return typeof src === 'string' && /^https?:/.test(src) ? (
    <Link href={src}>{alt || src}</Link>
  ) : (
    <em>{alt}</em>
  );
}

function Table({ children }: Of<'table'>) {
  return (
    <div className="overflow-x-auto">
      <table>{children}</table>
    </div>
  );
}

const COMPONENTS = {
  p: plain('p'),
  ul: plain('ul'),
  ol: plain('ol'),
  li: plain('li'),
  blockquote: plain('blockquote'),
  hr: plain('hr'),
  strong: plain('strong'),
  sub: plain('sub'),
  sup: plain('sup'),
  section: plain('section'),
  h1: heading(3),
  h2: heading(3),
  h3: heading(4),
  h4: heading(5),
  h5: heading(6),
  h6: heading(6),
  a: Link,
  img: Picture,
  pre: ({ children }: Of<'pre'>) => <>{children}</>,
  code: Code,
  table: Table,
  thead: ({ children }: Of<'thead'>) => <thead>{children}</thead>,
  tbody: ({ children }: Of<'tbody'>) => <tbody>{children}</tbody>,
  tr: ({ children }: Of<'tr'>) => <tr>{children}</tr>,
  th: ({ children, style }: Of<'th'>) => <th style={style}>{children}</th>,
  td: ({ children, style }: Of<'td'>) => <td style={style}>{children}</td>,
};

// Without `raw`: HTML that a model writes is text, never markup.
const REHYPE = [defaultRehypePlugins.sanitize, defaultRehypePlugins.harden].filter(
  (plugin) => plugin !== undefined,
);

type Props = { text: string; streaming: boolean };

/** Text the model wrote. While it streams, only its last block is parsed again. */
export const Markdown = memo(function Markdown({ text, streaming }: Props) {
  return (
    <Streamdown
      className="md"
      mode={streaming ? 'streaming' : 'static'}
      parseIncompleteMarkdown={streaming}
      isAnimating={streaming}
      data-writing={streaming || undefined}
      controls={false}
      linkSafety={{ enabled: false }}
      rehypePlugins={REHYPE}
      components={COMPONENTS as ComponentProps<typeof Streamdown>['components']}
    >
      {text}
    </Streamdown>
  );
});

function textOf(children: ReactNode): string {
  if (typeof children === 'string') return children;
  if (Array.isArray(children)) return children.map(textOf).join('');
  return '';
}
