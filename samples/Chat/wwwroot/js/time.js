// Times as people read them, in the language and time zone of whoever reads.

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const NEAR = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const FAR = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const midnight = at => new Date(at).setHours(0, 0, 0, 0);

/** 14:05 */
export const clock = at => CLOCK.format(at);

/** The date and time in full, for a tooltip. */
export const full = at => FULL.format(at);

/** Whether two moments are on one day here. */
export const sameDay = (a, b) => midnight(a) === midnight(b);

/** A key for the day that a moment is on. */
export const dayKey = at => String(midnight(at));

/** today, yesterday, Monday 3 March, or 3 March 2024 */
export function day(at, now = Date.now()) {
    const ago = Math.round((midnight(now) - midnight(at)) / 86_400_000);
    if (ago === 0 || ago === 1) {
        const text = RELATIVE.format(-ago, "day");
        return text[0].toLocaleUpperCase() + text.slice(1);
    }
    return (ago > 0 && ago < 300 ? NEAR : FAR).format(at);
}
