namespace Realtime.Binding;

/// <summary>One reading of an object from fields: where they are, and what was wrong so far.</summary>
internal sealed class FieldReading(IFields fields, string source)
{
    public IFields Fields { get; } = fields;

    public string Source { get; } = source;

    public List<FieldError> Errors { get; } = [];

    public int Depth { get; set; }

    /// <summary>A box that is not checked is not sent: in a form its absence is an answer.</summary>
    public bool IsForm => Source == "form";

    public void Add(string field, string problem)
    {
        if (Errors.Count < Faults.Most)
        {
            Errors.Add(new FieldError(field, Source, problem));
        }
    }

    /// <summary>Whether something is under a name: itself, <c>name.x</c> or <c>name[0]</c>.</summary>
    public bool Holds(string name) =>
        Fields.Names.Any(known => IsUnder(known, name)) || Fields.Files.Any(file => IsUnder(file.Name, name));

    private static bool IsUnder(string known, string name) =>
        known.StartsWith(name, StringComparison.Ordinal) && (known.Length == name.Length || known[name.Length] is '.' or '[');
}
