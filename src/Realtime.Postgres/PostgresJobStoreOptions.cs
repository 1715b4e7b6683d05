namespace Realtime.Postgres;

/// <summary>How a <see cref="PostgresJobStore"/> uses its database.</summary>
public sealed record PostgresJobStoreOptions
{
    /// <summary>The schema its tables are in, made if it is missing. <c>realtime</c> unless set.</summary>
    public string Schema { get; init; } = "realtime";

    /// <summary>
    /// Whether opening the store makes its tables and brings them up to date. True unless set. With false a store whose tables are missing or
    /// old does not open: run the app's command <c>jobs migrate</c>, or <see cref="PostgresJobStore.MigrateAsync"/>, when you deploy, with rights that
    /// the app itself need not have.
    /// </summary>
    public bool Migrate { get; init; } = true;

    /// <summary>
    /// Whether processes tell each other of new jobs at once (LISTEN/NOTIFY, one connection of its own each), instead of waiting for the next
    /// poll. True unless set; a <see cref="TransactionPooler"/> turns it off.
    /// </summary>
    public bool Hints { get; init; } = true;

    /// <summary>
    /// Whether connections go through a pooler that hands out a server connection per transaction, such as PgBouncer. Then nothing relies on a
    /// session: no hints, no prepared statements, no session state reset. False unless set.
    /// </summary>
    public bool TransactionPooler { get; init; }

    internal bool HasHints => Hints && !TransactionPooler;

    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Schema) || Schema.Length > 40 || Schema.Any(static letter => !(char.IsAsciiLetterOrDigit(letter) || letter == '_')))
        {
            throw new InvalidOperationException($"PostgresJobStoreOptions.{nameof(Schema)} must be 1 to 40 letters, digits and underscores, and is '{Schema}'.");
        }
    }
}
