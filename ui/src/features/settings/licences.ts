/** A part that others wrote. */
export type Part = {
  name: string;
  version: string;
  licence: string;
  link?: string;
  /** Places in `texts`. */
  texts: readonly number[];
};
export type Licences = { parts: readonly Part[]; texts: readonly string[] };

/**
 * The list lies beside the page, where the build of the packages put it. A page that
 * was built alone has none, and then this fails.
 */
export const listed = async (): Promise<Licences> => {
  const address = new URL('licences.js', document.baseURI).href;
  const module: { default: Licences } = await import(/* @vite-ignore */ address);
  return module.default;
};
