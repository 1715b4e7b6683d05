namespace Realtime.Jobs;

/// <summary>What a field of a cron expression holds.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Min">Its lowest value.</param>
/// <param name="Max">Its highest value.</param>
/// <param name="Names">What the values from the lowest on may be called; null for numbers only.</param>
internal sealed record CronFieldKind(string Name, int Min, int Max, string[]? Names = null)
{
    public static CronFieldKind Second { get; } = new("second", 0, 59);

    public static CronFieldKind Minute { get; } = new("minute", 0, 59);

    public static CronFieldKind Hour { get; } = new("hour", 0, 23);

    public static CronFieldKind Day { get; } = new("day of month", 1, 31);

    public static CronFieldKind Month { get; } = new("month", 1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]);

    public static CronFieldKind Weekday { get; } = new("day of week", 0, 7, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]);

    public FormatException Mistake(string item) => new($"'{item}' is not a {Name} from {Min} to {Max}.");
}
