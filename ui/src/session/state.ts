/* What a session holds and can do, and what is read from it. */
import type { StoreApi } from 'zustand/vanilla';
import type { Backend, Connection } from '@/backend/backend';
import type { ConversationSummary } from '@/generated/ConversationSummary';
import type { Decision } from '@/generated/Decision';
import type { Error as Failure } from '@/generated/Error';
import type { Item } from '@/generated/Item';
import type { Mode } from '@/generated/Mode';
import type { ModelSummary } from '@/generated/ModelSummary';
import type { Pending } from '@/generated/Pending';
import type { SearchHit } from '@/generated/SearchHit';
import type { UserPart } from '@/generated/UserPart';
import { EMPTY, type Transcript } from './transcript';

/** Waiting to try a model again. */
export type Retry = { at: number; attempt: number; reason: string };

/** A conversation whose transcript is held. */
export type Loaded = {
  transcript: Transcript;
  /** Older items are not here yet. */
  more: boolean;
  readOnly?: Failure;
  retry?: Retry;
};

/** What the list shows of a conversation besides its title. */
export type Activity = { seq: number; responding: boolean; waiting: boolean; live: boolean };

/** Values that hold for a conversation, or will for a new one. */
export type Choices = { model: string | null; mode: Mode; profile: string; os: boolean };

/** Something that goes with the next message. */
export type Attachment = {
  id: string;
  name: string;
  part: UserPart;
  /** An address of it as a small picture. */
  preview?: string;
  /** In bytes, where it is known. */
  size?: number;
};

/** A message that waits for the end of the turn. */
export type Queued = { id: string; text: string; attached: readonly Attachment[] };

/** Key of what belongs to a conversation that does not exist yet. */
export const NEW = '';

export type SessionState = {
  connection: Connection;
  conversations: readonly ConversationSummary[] | null;
  activity: Readonly<Record<string, Activity>>;
  /** The conversation shown; null: a new one. */
  current: string | null;
  loaded: Readonly<Record<string, Loaded>>;
  /** Why the shown conversation could not be opened. */
  openFailed: Failure | null;
  models: readonly ModelSummary[];
  defaults: Choices;
  /** Settings that could not be read. */
  problems: readonly Failure[];
  /** What was chosen for the next new conversation. */
  wishes: Partial<Choices>;
  /** Text in the composer, by conversation. */
  drafts: Readonly<Record<string, string>>;
  /** What goes with the text in the composer, by conversation. */
  attached: Readonly<Record<string, readonly Attachment[]>>;
  /** Sent while a turn is under way; the first goes out when it ends. */
  queued: Readonly<Record<string, readonly Queued[]>>;
  /** Code changed by the person and not run yet, by item. */
  edits: Readonly<Record<string, string>>;
  /** When Interrupt was asked for, by item, in milliseconds of the clock. */
  interrupted: Readonly<Record<string, number>>;
  /** What was refused last, by conversation. */
  refused: Readonly<Record<string, Failure>>;
  /** A message is on its way to the engine. */
  sending: boolean;
};

export type Actions = {
  start(): () => void;
  open(id: string | null): Promise<void>;
  showEarlier(): Promise<void>;
  /** Lets the oldest turns go where very many are held, up to an item; `showEarlier` brings them back. */
  dropEarlier(keep?: string): void;
  send(text: string): Promise<void>;
  stop(): Promise<void>;
  /** Ends the turn; what is queued goes out as soon as it is over. */
  stopAndSend(): Promise<void>;
  panic(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Does recorded steps again, in a conversation of their own that is then shown. */
  replay(conversation: string, numbers: readonly number[]): Promise<void>;
  /** Puts a waiting message back into the field; without a name, all of them. */
  unqueue(queued?: string): void;
  dropQueued(queued: string): void;
  attach(attachments: readonly Omit<Attachment, 'id'>[]): void;
  detach(attachment: string): void;
  answer(pending: Pending, decision: Decision): Promise<boolean>;
  input(request: string, text: string | undefined): Promise<boolean>;
  /** Ends a run; with `kill` its language too. */
  interrupt(item: string, kill?: boolean): Promise<void>;
  /** A copy up to an item, or whole, which is then shown; its id. */
  branch(before?: string): Promise<string | null>;
  /** Says something else in the place of what begins with `first`, in a branch. */
  resend(first: string, content: readonly UserPart[]): Promise<boolean>;
  /**
   * Another answer in the place of what begins with `first`: here, or with
   * another model in a branch. Without `first` nothing is replaced.
   */
  regenerate(first: string | undefined, model?: string): Promise<void>;
  /** Removes an item and all after it. */
  truncate(item: string): Promise<boolean>;
  /** Asks the model again without a new message. */
  goOn(settings?: Record<string, unknown>): Promise<void>;
  /** The person runs a card's code, or what they made of it. */
  runCode(item: Item, code?: string): Promise<void>;
  /** Takes a permission back. */
  revoke(grant: string): Promise<boolean>;
  /** A part of a run's output as it lies on the disk, by bytes. */
  outputPart(
    item: string,
    offset: number,
    limit: number,
  ): Promise<{ text: string; next: number; total: number }>;
  choose(values: Partial<Choices>): Promise<void>;
  setDraft(text: string): void;
  setEdit(item: string, code: string | null): void;
  dismiss(): void;
  rename(id: string, title: string): Promise<void>;
  remove(id: string): Promise<void>;
  search(text: string): Promise<readonly SearchHit[]>;
  refreshModels(): Promise<void>;
  blobUrl(hash: string): Promise<string>;
};

export type Session = { store: StoreApi<SessionState>; actions: Actions; backend: Backend };

/** The transcript that is shown; an empty one for a new conversation. */
export function shown(state: SessionState): Transcript {
  return (state.current && state.loaded[state.current]?.transcript) || EMPTY;
}

/** What holds for the conversation that is shown. */
export function choices(state: SessionState): Choices {
  const { current, loaded, defaults, wishes } = state;
  const meta = current ? loaded[current]?.transcript.meta : undefined;
  if (!meta) {
    const chosen = { ...defaults, ...wishes };
    return { ...chosen, model: chosen.model ?? onlyModel(state) };
  }
  return {
    model: meta.model || defaults.model || onlyModel(state),
    mode: meta.mode,
    profile: meta.profile || defaults.profile,
    os: meta.os,
  };
}

/** What is taken where none is named, as far as it can be told: the only one that is ready. */
function onlyModel({ models }: SessionState): string | null {
  const ready = models.filter((model) => model.ready);
  return ready.length === 1 ? (ready[0]?.name ?? null) : null;
}
