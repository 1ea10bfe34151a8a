/* What there is to find: the rows of each page, in their order. */
import {
  AppWindow,
  BadgeInfo,
  Code,
  Coins,
  Cpu,
  Keyboard,
  Lock,
  type LucideIcon,
  Monitor,
  RefreshCw,
  ShieldCheck,
  SlidersHorizontal,
  TextCursorInput,
  Type,
  User,
} from 'lucide-react';
import type texts from '@/app/locales/en/settings.json';
import type { SettingsName } from '@/session/pages';

export type RowName = keyof (typeof texts)['settings']['row'];

export const ICONS: Record<SettingsName, LucideIcon> = {
  models: Cpu,
  profiles: User,
  rules: ShieldCheck,
  code: Code,
  screen: Monitor,
  selection: TextCursorInput,
  budget: Coins,
  shortcuts: Keyboard,
  appearance: Type,
  privacy: Lock,
  updates: RefreshCw,
  about: BadgeInfo,
  advanced: SlidersHorizontal,
};

export const WINDOW_ICON = AppWindow;

export const ROWS: Record<SettingsName, readonly RowName[]> = {
  models: ['model', 'quick_model', 'api_base'],
  profiles: ['profile', 'custom_instructions'],
  rules: ['mode', 'grants', 'forbidden_commands'],
  code: ['languages', 'python', 'run_timeout', 'max_output', 'safe_mode'],
  screen: [
    'doctor',
    'os_steps',
    'os_minutes',
    'os_active_window',
    'glide',
    'keep_screenshots',
    'screenshot_days',
    'screenshot_megabytes',
  ],
  selection: [
    'summon_hotkey',
    'toggle_hotkey',
    'panic_hotkey',
    'selection_actions',
    'selection_language',
    'selection_blocked_apps',
  ],
  budget: ['max_budget_turn', 'max_budget', 'max_budget_day', 'max_budget_month'],
  shortcuts: ['shortcuts'],
  appearance: [
    'theme',
    'text_size',
    'density',
    'motion',
    'code_font',
    'send_with',
    'single_keys',
    'announce',
    'notifications',
  ],
  privacy: [
    'data_paths',
    'telemetry',
    'conversation_history',
    'typing_secrets',
    'storage',
    'delete_older',
  ],
  updates: ['updates', 'update_now'],
  about: ['version', 'folders', 'diagnostics', 'licences'],
  advanced: [
    'offline',
    'verbose',
    'safe_graphics',
    'close_to_tray',
    'autostart',
    'first_run',
    'reset_all',
  ],
};
