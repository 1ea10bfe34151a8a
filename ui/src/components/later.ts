/* Parts of the window that are loaded after its first picture. */
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';

type Module<Props> = { default: ComponentType<Props> };
type Later<Props> = LazyExoticComponent<ComponentType<Props>> & {
  /** Loads it before it is needed; from then on it is drawn at once, like any other. */
  load(): Promise<unknown>;
};

/** A component whose code is loaded when it is first drawn, or as soon as `load` is called. */
export function later<Props>(get: () => Promise<Module<Props>>): Later<Props> {
  let asked: Promise<Module<Props>> | undefined;
  let here: Module<Props> | undefined;
  const load = () => {
    asked ??= get().then(
      (module) => {
        here = module;
        return module;
      },
      (reason) => {
        asked = undefined;
        throw reason;
      },
    );
    return asked;
  };
  // React draws what answers at once without a moment of emptiness.
  const known = (module: Module<Props>) =>
    // biome-ignore lint/suspicious/noThenProperty: a promise that is kept already
    ({ then: (take: (module: Module<Props>) => void) => take(module) }) as Promise<Module<Props>>;
  return Object.assign(
    lazy(() => (here ? known(here) : load())),
    { load },
  );
}
