import { expect, test } from 'vitest';
import type { Error as Failure } from '@/generated/Error';
import { kindOf } from './ways';

const ways = (code: Failure['code'], params: Record<string, unknown> = {}, pictures = false) =>
  kindOf({ code, message: '', params }, pictures).ways;

test.each([
  ['no_key', {}, false, ['connect', 'model']],
  ['bad_key', { key_page: 'https://keys' }, false, ['key', 'model', 'keyPage']],
  ['billing', {}, false, ['model']],
  ['billing', { billing_page: 'https://pay' }, false, ['billing', 'model']],
  ['unavailable', {}, false, ['again', 'model']],
  ['unavailable', { reason: 'memory' }, false, ['model']],
  ['bad_request', { lacks: 'vision' }, true, ['model', 'withoutPictures']],
  ['bad_request', { setting: 'temperature' }, false, ['again', 'model', 'settings']],
  ['context_overflow', {}, false, ['fresh', 'model']],
  ['context_overflow', {}, true, ['withoutPictures', 'fresh', 'model']],
  ['cut_off', {}, false, ['continue', 'model']],
  ['tool_failed', { replay: 'c', step: 3, numbers: [3, 4] }, false, ['replayHere', 'replayNext']],
  ['tool_failed', { replay: 'c', step: 4, numbers: [4] }, false, ['replayHere']],
  ['budget_reached', {}, false, ['budget', 'model', 'continue']],
] as const)('%s with %j offers %j', (code, params, pictures, expected) => {
  expect(ways(code, params, pictures)).toEqual(expected);
});
