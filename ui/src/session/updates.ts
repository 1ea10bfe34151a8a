/* The update that was found, for what tells of it outside of the settings. */
import { create } from 'zustand';

/** Its version; null: none is known, or it is not to be told. */
export const useFoundUpdate = create<{ version: string | null }>(() => ({ version: null }));
