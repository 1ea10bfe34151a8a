/* All English texts. One file a part of the window; its keys begin with the file's name. */
import common from './common.json';
import control from './control.json';
import history from './history.json';
import palette from './palette.json';
import popup from './popup.json';
import secrets from './secrets.json';
import settings from './settings.json';
import start from './start.json';
import steps from './steps.json';
import turn from './turn.json';

export const en = {
  ...common,
  ...control,
  ...history,
  ...palette,
  ...popup,
  ...secrets,
  ...settings,
  ...start,
  ...steps,
  ...turn,
};
