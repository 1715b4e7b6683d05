using System.ComponentModel.DataAnnotations;

namespace Realtime.Binding;

/// <summary>What validation has found so far; nothing is made until there is a fault.</summary>
internal struct Faults(Request request)
{
    /// <summary>More are not told: an answer should not be longer than what it answers.</summary>
    public const int Most = 50;

    // JSON is no deeper; an object of the app's own making may hold itself.
    private const int MostDepth = 64;

    private List<(string Path, string Problem)>? _found;
    private int _depth;

    public readonly int Count => _found?.Count ?? 0;

    public readonly bool IsFull => Count >= Most;

    public void Add(string path, string problem)
    {
        if (!IsFull)
        {
            (_found ??= []).Add((path, problem));
        }
    }

    public bool TryEnter() => ++_depth <= MostDepth;

    public void Leave() => _depth--;

    /// <summary>The faults found behind a place were found inside something: its name goes before theirs.</summary>
    public readonly void Locate(int since, string name)
    {
        for (var index = since; index < Count; index++)
        {
            _found![index] = (name + _found[index].Path, _found[index].Problem);
        }
    }

    public readonly ValidationContext ContextOf(object owner, string member) => new(owner, member, new RequestServices(request), items: null);

    /// <exception cref="BindingException">There are faults.</exception>
    public readonly void ThrowIfAny(string root, string source)
    {
        if (_found is not null)
        {
            throw new BindingException([.. _found.Select(fault => new FieldError((root + fault.Path).TrimStart('.'), source, fault.Problem))]);
        }
    }

    /// <summary>A request's services, asked for only by what needs them: asking opens a scope.</summary>
    private sealed class RequestServices(Request request) : IServiceProvider
    {
        public object? GetService(Type serviceType) => request.Services.GetService(serviceType);
    }
}
