/* What is open in the window. Not part of any conversation. */
import { create } from 'zustand';

type View = {
  /** The list of models hangs open under its chip. */
  models: boolean;
  /** The sheet that asks before the screen is used. */
  consent: boolean;
  /** The list of conversations: beside the transcript, or a drawer in a narrow window. */
  sidebar: boolean;
  drawer: boolean;
};

export const useView = create<View>(() => ({
  models: false,
  consent: false,
  sidebar: true,
  drawer: false,
}));

export const show = (view: Partial<View>) => useView.setState(view);
