import { ChevronDown, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/components/Icon';

/** A page the code made, in a frame that runs no script and reaches nothing. */
export function HtmlResult({ html }: { html: string }) {
  const { t } = useTranslation();
  const [tall, setTall] = useState(false);
  return (
    <div className="border-border border-t">
      <iframe
        title={t('card.html')}
        sandbox=""
        srcDoc={page(html)}
        // A page without styles is black on white in every theme.
        className={`block w-full [color-scheme:light] bg-[Canvas] ${tall ? 'h-160' : 'h-60'}`}
      />
      <button
        type="button"
        className="flex h-8 w-full items-center gap-1.5 border-border border-t pl-3 text-left text-12 text-muted hover:bg-hover -outline-offset-2"
        aria-expanded={tall}
        onClick={() => setTall(!tall)}
      >
        <Icon of={tall ? ChevronDown : ChevronRight} size={14} />
        {tall ? t('card.htmlShort') : t('card.htmlTall')}
      </button>
    </div>
  );
}

const POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'";

function page(html: string): string {
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta name="color-scheme" content="light"><style>body{margin:12px;font:13px/20px system-ui,sans-serif}table{border-collapse:collapse}td,th{padding:2px 8px;border-bottom:1px solid}</style>${html}`;
}
