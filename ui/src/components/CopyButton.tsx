import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './Button';

/** Copies a text, and says that it did. */
export function CopyButton({
  text,
  name,
  small,
}: {
  text: string | (() => string);
  name: string;
  small?: boolean;
}) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard.writeText(typeof text === 'string' ? text : text()).then(
      () => setCopied(true),
      () => {},
    );
  };
  return (
    <IconButton
      icon={copied ? Check : Copy}
      name={copied ? t('card.copied') : name}
      small={small ?? false}
      onClick={copy}
      onBlur={() => setCopied(false)}
      data-action="copy"
    />
  );
}
