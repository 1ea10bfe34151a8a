import type { VirtualizerOptions } from '@tanstack/react-virtual';

type Observe = VirtualizerOptions<HTMLElement, Element>['observeElementRect'];

/** Tells the size of what scrolls; where nothing is laid out (yet), the first guess holds. */
export const observeRect: Observe = (instance, tell) => {
  const element = instance.scrollElement;
  if (!element) return;
  const measure = () => {
    const { offsetWidth: width, offsetHeight: height } = element;
    if (height > 0) tell({ width, height });
  };
  measure();
  const observer = new ResizeObserver(measure);
  observer.observe(element);
  return () => observer.disconnect();
};

type Measure = NonNullable<VirtualizerOptions<HTMLElement, Element>['measureElement']>;

/** The height of a row; the guess, where nothing is laid out. */
export const measureRow: Measure = (element, _entry, instance) => {
  const { offsetHeight: height } = element as HTMLElement;
  return height || instance.options.estimateSize(Number((element as HTMLElement).dataset.index));
};
