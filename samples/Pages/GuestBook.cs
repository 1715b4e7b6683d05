using Microsoft.Extensions.DependencyInjection;
using Pages.Components;
using Realtime;

namespace Pages;

public sealed record Entry(string Name, string Text, DateTimeOffset At);

/// <summary>What guests wrote, newest first.</summary>
public sealed class Book(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];

    public IReadOnlyList<Entry> Latest
    {
        get
        {
            lock (_lock)
            {
                return [.. Enumerable.Reverse(_entries).Take(50)];
            }
        }
    }

    public void Add(string name, string text)
    {
        lock (_lock)
        {
            _entries.Add(new Entry(name, text, time.GetUtcNow()));
        }
    }
}

public static class GuestBook
{
    public static App Create()
    {
        var app = new App();
        app.Services.AddSingleton<Book>();

        app.Get("/", () => Response.View<BookPage>());
        app.Post("/", (Book book, [Form] string name = "", [Form] string text = "") =>
        {
            (name, text) = (name.Trim(), text.Trim());
            if (name.Length is 0 or > 80 || text.Length is 0 or > 500)
            {
                return Response.View<BookPage>(new { Problem = "Say who you are, and something in at most 500 letters.", Name = name, Text = text }, status: 422);
            }
            book.Add(name, text);
            return Response.Redirect("/");
        });
        app.Get("/about", () => Response.View<AboutPage>());
        return app;
    }
}
