/*
 * In the place of `rehype-raw`, which Streamdown brings along: HTML that a model
 * writes is text here, never markup, so its parser is not shipped.
 */
export default function noRaw(): undefined {
  return undefined;
}
