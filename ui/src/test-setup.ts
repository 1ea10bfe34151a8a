import { afterEach } from 'vitest';
import '@/app/i18n';

afterEach(async () => {
  const { cleanup } = await import('@testing-library/react');
  cleanup();
  document.body.innerHTML = '';
  localStorage.clear();
});
