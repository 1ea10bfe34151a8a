import { ImageOff } from 'lucide-react';
import {
  Component,
  type ComponentProps,
  memo,
  type ReactNode,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { defaultRehypePlugins, Streamdown } from 'streamdown';
import { Block } from './CodeBlock';
import { Icon } from './Icon';
import { Lines, shortLine, widestOf } from './Lines';
import './markdown.css';
import { type Cut, cut, definitions, hasMath, isPlain, partsOf, withMath } from './parts';

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
  return <Block code={text.replace(/\n$/, '')} language={language} closed />;
}

/** A link tells where it leads, also where its words name another place. */
function Link({ children, href }: Of<'a'>) {
  const words = textOf(children);
  const host = hostOf(href);
  const named = hostOf(words.startsWith('http') ? words : `https://${words}`);
  const other = host !== null && /^[\w-]+(\.[\w-]+)+/.test(words) && named !== host;
  return (
    <a href={href} title={href} target="_blank" rel="noreferrer noopener">
      {children}
      {other && ` (${host})`}
    </a>
  );
}

function hostOf(address: string | undefined): string | null {
  try {
    return new URL(address ?? '').host.replace(/^www\./, '');
  } catch {
    return null;
  }
}

/**
 * A picture from elsewhere would tell its server that it was seen, and the page may load
 * nothing from there: it is named, and a click opens it in the browser.
 */
function Picture({ alt, src }: Of<'img'>) {
  const { t } = useTranslation();
  const host = typeof src === 'string' && /^https?:/.test(src) ? hostOf(src) : null;
  if (host === null) return <em>{alt}</em>;
  return (
    <a
      href={src as string}
      title={src as string}
      target="_blank"
      rel="noreferrer noopener"
      className="my-1 inline-flex max-w-full items-center gap-2 rounded-2 border border-border bg-sunken px-3 py-2 no-underline hover:bg-hover"
    >
      <Icon of={ImageOff} className="text-muted" />
      <span className="min-w-0">
        <span className="block [overflow-wrap:anywhere]">
          {alt ? t('turn.imageNamed', { host, alt }) : t('turn.image', { host })}
        </span>
        <span className="block text-12 text-muted">{t('turn.imageWhy')}</span>
      </span>
    </a>
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
} as ComponentProps<typeof Streamdown>['components'];

// Without `raw`: HTML that a model writes is text, never markup.
const REHYPE = [defaultRehypePlugins.sanitize, defaultRehypePlugins.harden].filter(
  (plugin) => plugin !== undefined,
);
const NO_SAFETY = { enabled: false };

type Props = { text: string; streaming: boolean };

/** Text the model wrote. While it is written, only its last part is parsed again. */
export const Markdown = memo(function Markdown({ text, streaming }: Props) {
  const done = useRef<Cut>(undefined);
  const now = useMemo(() => cut(text, done.current), [text]);
  useEffect(() => {
    done.current = now;
  }, [now]);
  const parts = partsOf(now);
  const links = useMemo(() => definitions(text), [text]);
  return (
    <div className="md" dir="auto" data-writing={streaming || undefined}>
      {parts.map((part, at) => {
        const open = streaming && at === parts.length - 1;
        if (part.kind === 'code') {
          return (
            <Block
              key={at}
              code={part.code}
              language={part.language || 'text'}
              closed={part.closed || !open}
            />
          );
        }
        const refers = links !== '' && part.text.includes('[') && at < parts.length;
        return (
          <TextPart
            key={at}
            text={refers && !part.text.includes(links) ? `${part.text}\n\n${links}` : part.text}
            open={open}
          />
        );
      })}
    </div>
  );
});

/** One part, parsed on its own; plain where it cannot be laid out. */
const TextPart = memo(function TextPart({ text, open }: { text: string; open: boolean }) {
  const { t } = useTranslation();
  const wants = hasMath(text);
  const math = useMath(wants);
  if (isPlain(text)) {
    const lines = text.trimEnd().split('\n');
    return (
      <Lines
        count={lines.length}
        label={t('card.plainText')}
        widest={widestOf(lines)}
        className="max-h-[60vh] overflow-auto rounded-1 border border-border px-3 py-2 font-mono text-code"
        line={(at) => (
          <span key={at} className="block min-h-5">
            {shortLine(lines[at] ?? '', (count) => t('card.lineLeft', { count }))}
          </span>
        )}
      />
    );
  }
  return (
    <AsWritten text={text}>
      <Streamdown
        className="md-part"
        mode={open ? 'streaming' : 'static'}
        parseIncompleteMarkdown={open}
        isAnimating={open}
        controls={false}
        linkSafety={NO_SAFETY}
        rehypePlugins={REHYPE}
        components={COMPONENTS}
        {...(math && { plugins: math })}
      >
        {wants && math ? withMath(text) : text}
      </Streamdown>
    </AsWritten>
  );
});

type MathPlugins = { math: typeof import('./math')['math'] };
let loaded: MathPlugins | undefined;

/** What draws formulas, once one was seen. */
function useMath(wanted: boolean): MathPlugins | undefined {
  const [plugins, setPlugins] = useState(loaded);
  useEffect(() => {
    if (!wanted || loaded) {
      if (wanted) setPlugins(loaded);
      return;
    }
    let seen = true;
    import('./math').then(
      ({ math }) => {
        loaded = { math };
        if (seen) setPlugins(loaded);
      },
      () => {
        // Formulas stay as they are written.
      },
    );
    return () => {
      seen = false;
    };
  }, [wanted]);
  return wanted ? plugins : undefined;
}

/** A text that breaks its parser is shown as it is written. */
class AsWritten extends Component<{ text: string; children: ReactNode }, Written> {
  static getDerivedStateFromProps({ text }: { text: string }, state: Written): Written | null {
    return text === state.text ? null : { text, broken: false };
  }

  static getDerivedStateFromError(): Partial<Written> {
    return { broken: true };
  }

  override state: Written = { text: '', broken: false };

  override render(): ReactNode {
    const { text, children } = this.props;
    return this.state.broken ? (
      <pre className="whitespace-pre-wrap font-mono text-code">{text}</pre>
    ) : (
      children
    );
  }
}

type Written = { text: string; broken: boolean };

function textOf(children: ReactNode): string {
  if (typeof children === 'string') return children;
  if (Array.isArray(children)) return children.map(textOf).join('');
  return '';
}
