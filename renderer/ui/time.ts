const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const FULL = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

function format(formatter: Intl.DateTimeFormat, time: string): string {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? time : formatter.format(ms);
}

/** `14:09:57`, in the person's own time zone. A text that is no time is shown as it is. */
export function clockText(time: string): string {
  return format(CLOCK, time);
}

/** The clock, with the day before it where that is not today. @param now milliseconds since the epoch. */
export function momentText(time: string, now: number): string {
  const day = format(DAY, time);
  return day === DAY.format(now) ? clockText(time) : `${day}, ${clockText(time)}`;
}

export function fullText(time: string): string {
  return format(FULL, time);
}
