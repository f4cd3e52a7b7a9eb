/** The small drawings: ends of lanes, buttons, the name's ring. */
import type { ComponentChildren, JSX } from 'preact';
import type { Family, Look, Sign } from '../model/states.ts';

const strokes: Record<Sign, JSX.Element> = {
  check: <path d="M-4 .3 -1.2 3.2 4.2-3.2" />,
  cross: <path d="M-3.4-3.4 3.4 3.4M3.4-3.4-3.4 3.4" />,
  clock: <path d="M0-4.2V0L2.8 2M0-4.8A4.8 4.8 0 1 1-.01-4.8" />,
  square: <path d="M-3-3H3V3H-3Z" class="sign-solid" />,
  half: (
    <>
      <path d="M-3.6-3.6H3.6V3.6H-3.6Z" />
      <path d="M-3.6-3.6H0V3.6H-3.6Z" class="sign-solid" />
    </>
  ),
  chain: (
    <path d="M-1.2-2.4H-3A2.4 2.4 0 0 0-3 2.4H-1.2M1.2-2.4H3A2.4 2.4 0 0 1 3 2.4H1.2M-2 0H2" />
  ),
  bang: <path d="M0-4.6V1M0 4.1V4.3" />,
  again: <path d="M3.4-2.6A4.3 4.3 0 1 0 4.3.6M4-5V-2H1" />,
};

/** The strokes alone, around 0 0; for use inside a drawing. */
export function SignStrokes({ sign }: { sign: Sign }) {
  return <g class="sign">{strokes[sign]}</g>;
}

/** The shape of a family's end mark. */
export function EndShape({ family }: { family: Family }) {
  return family === 'ok' ? (
    <circle r="9" />
  ) : family === 'error' ? (
    <path d="M-5-9H5L10 0 5 9H-5L-10 0Z" />
  ) : family === 'crashed' ? (
    <path d="M0-10.5 10.5 0 0 10.5-10.5 0Z" />
  ) : (
    <rect x="-8.5" y="-8.5" width="17" height="17" rx="2.5" />
  );
}

/** The mark of a state's end: its shape says the family, its sign the word. */
export function EndMark({ look: { family, sign } }: { look: Look }) {
  return (
    <g class={`end ${family}`}>
      <EndShape family={family} />
      {sign !== null && <SignStrokes sign={sign} />}
    </g>
  );
}

/** What the fills of families have on them, right of 0 0: dots, or a hatch. */
const patterns: Partial<Record<Family, string>> = {
  error: 'M2.8-4.4h.01M2.8 0h.01M2.8 4.4h.01M7.2-4.4h.01M7.2 0h.01M7.2 4.4h.01',
  crashed: 'M-1-3 4-8M-1 2.5 9.5-8M-1 8 13-6M4.5 8 13-.5M10 8 13 5',
};

interface CapProps {
  readonly family: Family;
  readonly x: number;
  readonly middle: number;
  readonly width: number;
  readonly half: number;
}

/** The last piece of a life, in the fill of how it ended. */
export function Cap({ family, x, middle, width, half }: CapProps) {
  const place = { x, y: middle - half, width, height: half * 2 };
  return (
    <>
      <rect class={`cap ${family}`} {...place} />
      {patterns[family] !== undefined && (
        <svg {...place} viewBox={`0 ${-half} ${width} ${half * 2}`}>
          <path class={`pattern ${family}`} d={patterns[family]} />
        </svg>
      )}
    </>
  );
}

/** A state as it stands in text, before its word: a piece of a lane. */
export function StateMark({ look }: { look: Look }) {
  const { family, sign } = look;
  return (
    <svg class="mark" viewBox="-21 -11 33 22" width="27" height="18" aria-hidden="true">
      {sign === null ? (
        <>
          <rect class={`bar ${family}`} x="-20" y="-6" width="31" height="12" rx="2" />
          {family === 'waiting' && <path class="bar-lines" d="M-18-2H9M-18 2H9" />}
        </>
      ) : (
        <>
          <Cap family={family} x={-20} middle={0} width={12} half={6} />
          <EndMark look={look} />
        </>
      )}
    </svg>
  );
}

/** The room of a mark in text that is no piece of a lane. */
export function MarkBox({ children }: { children: ComponentChildren }) {
  return (
    <svg class="mark" viewBox="-11 -11 22 22" width="18" height="18" aria-hidden="true">
      {children}
    </svg>
  );
}

/** How something ended that is no lane, as it stands in text. */
export function EndIcon({ look }: { look: Look }) {
  return (
    <MarkBox>
      <EndMark look={look} />
    </MarkBox>
  );
}

/** A piece of a lane as it stands in text. */
export function BarMark({ kind }: { kind: 'promise' | 'left' }) {
  return (
    <svg class="mark" viewBox="-21 -11 33 22" width="27" height="18" aria-hidden="true">
      <rect class={`bar ${kind}`} x="-20" y="-6" width="31" height="12" />
      {kind === 'promise' && <path class="bar-lines" d="M-18-2H9M-18 2H9" />}
    </svg>
  );
}

/** A rope through a ring: the mark of the page and of its playhead. */
export function Ring() {
  return (
    <svg class="ring" viewBox="0 0 20 32" width="15" height="24" aria-hidden="true">
      <path d="M10 0v9M10 23v9" />
      <circle cx="10" cy="16" r="7" />
    </svg>
  );
}

const icons = {
  run: 'M5 3.5v13l11-6.5Z',
  stop: 'M4.5 4.5h11v11h-11Z',
  play: 'M6 4v12l10-6Z',
  pause: 'M5.5 4h3v12h-3ZM11.5 4h3v12h-3Z',
  previous: 'M14.5 4v12L6.5 10ZM4 4h2v12H4Z',
  next: 'M5.5 4v12l8-6ZM14 4h2v12h-2Z',
  first: 'M17 4v12l-6.5-6ZM10 4v12l-6.5-6Z',
  last: 'M3 4v12l6.5-6ZM10 4v12l6.5-6Z',
  clock:
    'M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16Zm0 1.8a6.2 6.2 0 1 1 0 12.4 6.2 6.2 0 0 1 0-12.4ZM9.1 5.5h1.8v4.1l2.9 1.7-.9 1.5-3.8-2.2Z',
  dice: 'M4 2.5h12a1.5 1.5 0 0 1 1.5 1.5v12a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 16V4A1.5 1.5 0 0 1 4 2.5ZM5 5v3h3V5ZM12 5v3h3V5ZM8.5 8.5v3h3v-3ZM5 12v3h3v-3ZM12 12v3h3v-3Z',
} as const;

export type IconName = keyof typeof icons;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
      <path d={icons[name]} fill-rule="evenodd" />
    </svg>
  );
}
