/* What is open in the window. Not part of any conversation. */
import { create } from 'zustand';
import type { Page } from './pages';

type View = {
  /** What the window shows; change it with `openPage`. */
  page: Page;
  /** The row of the settings that was asked for. */
  row: string | null;
  /** The list of models hangs open under its chip. */
  models: boolean;
  /** The sheet that asks before the screen is used. */
  consent: boolean;
  /** What was done on the screen, beside the conversation. */
  steps: boolean;
  /** The list of conversations: beside the transcript, or a drawer in a narrow window. */
  sidebar: boolean;
  drawer: boolean;
  /** The list of everything that can be done, to pick from by keyboard. */
  palette: boolean;
  /** The sheet of all shortcuts. */
  shortcuts: boolean;
};

export const useView = create<View>(() => ({
  page: 'chat',
  row: null,
  models: false,
  consent: false,
  steps: false,
  sidebar: true,
  drawer: false,
  palette: false,
  shortcuts: false,
}));

export const show = (view: Partial<View>) => useView.setState(view);
