/* Which ways on an error offers: the first one stands out, the others are quieter. */
import {
  Clock,
  Coins,
  EyeOff,
  Gauge,
  HardDrive,
  KeyRound,
  Layers,
  Lock,
  type LucideIcon,
  Monitor,
  Settings,
  ShieldX,
  TriangleAlert,
  Unplug,
  WifiOff,
} from 'lucide-react';
import type { Error as Failure } from '@/generated/Error';
import type { ErrorCode } from '@/generated/ErrorCode';

export type Way =
  | 'connect'
  | 'key'
  | 'keyPage'
  | 'billing'
  | 'model'
  | 'again'
  | 'continue'
  | 'withoutPictures'
  | 'fresh'
  | 'copy'
  | 'budget'
  | 'language'
  | 'screen'
  | 'settings'
  | 'command'
  | 'replayHere'
  | 'replayNext';

type Kind = { icon: LucideIcon; warns?: boolean; ways: Way[] };

const KINDS: Partial<Record<ErrorCode, Kind>> = {
  no_key: { icon: KeyRound, ways: ['connect', 'model', 'keyPage'] },
  bad_key: { icon: KeyRound, ways: ['key', 'model', 'keyPage'] },
  forbidden: { icon: ShieldX, ways: ['model', 'key', 'keyPage'] },
  billing: { icon: Coins, ways: ['billing', 'model'] },
  unknown_model: { icon: Unplug, ways: ['model', 'command', 'again'] },
  no_network: { icon: WifiOff, warns: true, ways: ['again', 'model', 'command'] },
  rate_limited: { icon: Clock, warns: true, ways: ['again', 'model'] },
  unavailable: { icon: Unplug, warns: true, ways: ['again', 'model'] },
  cut_off: { icon: Unplug, warns: true, ways: ['continue', 'model'] },
  empty_reply: { icon: Unplug, warns: true, ways: ['again', 'model'] },
  context_overflow: { icon: Layers, warns: true, ways: ['withoutPictures', 'fresh', 'model'] },
  limit_reached: { icon: Gauge, warns: true, ways: ['continue'] },
  budget_reached: { icon: Coins, warns: true, ways: ['budget', 'model', 'continue'] },
  bad_request: { icon: TriangleAlert, ways: ['again', 'model', 'settings'] },
  refused: { icon: TriangleAlert, warns: true, ways: ['model'] },
  locked: { icon: Lock, warns: true, ways: ['copy'] },
  newer_format: { icon: Lock, warns: true, ways: ['copy'] },
  settings_broken: { icon: Settings, ways: ['settings'] },
  bad_setting: { icon: Settings, ways: ['settings'] },
  cannot_save: { icon: HardDrive, ways: ['again'] },
  no_display: { icon: Monitor, ways: ['screen'] },
  no_stop: { icon: Monitor, ways: ['screen'] },
  gate_taken: { icon: Monitor, warns: true, ways: ['again', 'screen'] },
  not_installed: { icon: Unplug, ways: ['language'] },
  unknown_conversation: { icon: TriangleAlert, ways: ['fresh'] },
  unauthorized: { icon: Lock, ways: [] },
  internal: { icon: TriangleAlert, ways: ['again'] },
};

/** How an error is drawn, and its ways on, by its code and what it tells. */
export function kindOf({ code, params = {} }: Failure, pictures: boolean): Required<Kind> {
  const { icon, warns = false, ways } = KINDS[code] ?? { icon: TriangleAlert, ways: ['again'] };
  const told = (key: string) => typeof params[key] === 'string' && params[key] !== '';
  const fits = (way: Way) => {
    if (way === 'keyPage') return told('key_page');
    if (way === 'billing') return told('billing_page');
    if (way === 'command') return told('command');
    if (way === 'withoutPictures') return pictures;
    if (way === 'settings') return code !== 'bad_request' || told('setting');
    return true;
  };
  const fitting = ways.filter(fits);
  if (told('replay')) {
    const more = Array.isArray(params.numbers) && params.numbers.length > 1;
    return {
      icon: Monitor,
      warns: true,
      ways: more ? ['replayHere', 'replayNext'] : ['replayHere'],
    };
  }
  // A model that cannot do what is asked will not do it at a second try.
  if (told('lacks') || params.reason === 'memory') {
    return {
      icon: params.reason === 'memory' ? Gauge : params.lacks === 'vision' ? EyeOff : icon,
      warns,
      ways: params.lacks === 'vision' && pictures ? ['model', 'withoutPictures'] : ['model'],
    };
  }
  return { icon, warns, ways: fitting };
}
