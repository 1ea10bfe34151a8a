/* Formulas: loaded when the first one is seen. */
import 'katex/dist/katex.min.css';
import rehypeKatex from 'rehype-katex';
import remarkMath from 'remark-math';

export const math = {
  name: 'katex' as const,
  type: 'math' as const,
  remarkPlugin: [remarkMath, { singleDollarTextMath: false }] as never,
  // Nothing a formula says may load or link; what is wrong is shown as it is written.
  rehypePlugin: [
    rehypeKatex,
    { trust: false, strict: 'ignore', maxSize: 20, maxExpand: 500 },
  ] as never,
};
