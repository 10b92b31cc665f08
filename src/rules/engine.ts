import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';

export type Event = Document;
export type At = Instant;
