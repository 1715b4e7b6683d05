using System.Security.Cryptography;
using System.Text;

namespace Realtime.Http;

/// <summary>The page that somebody at a browser gets in place of a problem document.</summary>
internal static class ProblemPage
{
    private const string Style = """
        :root{color-scheme:light dark;--back:#f6f7f9;--card:#fff;--text:#1c2330;--dim:#5d6778;--line:#e3e6eb;--mark:#2f5fde}
        @media(prefers-color-scheme:dark){:root{--back:#12151b;--card:#1a1f28;--text:#e7eaf0;--dim:#98a2b3;--line:#2a313d;--mark:#8aa8ff}}
        *{box-sizing:border-box}
        body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--back);color:var(--text);font:1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        main{width:100%;max-width:34rem;padding:2.25rem 2.25rem 2rem;background:var(--card);border:1px solid var(--line);border-radius:14px;box-shadow:0 1px 2px rgb(0 0 0/.04),0 12px 32px rgb(0 0 0/.06)}
        .status{margin:0 0 .25rem;font-size:.875rem;font-weight:600;letter-spacing:.08em;color:var(--mark);font-variant-numeric:tabular-nums}
        h1{margin:0 0 .75rem;font-size:1.625rem;line-height:1.25;letter-spacing:-.01em}
        p,li{margin:0;color:var(--dim);overflow-wrap:anywhere}
        ul{margin:.75rem 0 0;padding-left:1.25rem}
        .reference{margin-top:1.5rem;padding-top:1rem;border-top:1px solid var(--line);font-size:.875rem}
        code{padding:.1em .4em;border-radius:5px;background:var(--back);color:var(--text);font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;user-select:all}
        @media(max-width:30rem){body{padding:1rem;place-items:start stretch}main{padding:1.5rem 1.25rem}h1{font-size:1.375rem}}
        """;

    /// <summary>What the page may do (Content-Security-Policy): show its own style, and nothing else.</summary>
    public static string Policy { get; } = $"default-src 'none'; style-src {HashOf(Style)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Makes the page.</summary>
    public static byte[] Render(Problem problem)
    {
        var reason = HttpError.ReasonOf(problem.Status);
        var errors = problem.Errors.Count > 1 ? Html.Of($"<ul>{problem.Errors.Select(static error => Html.Of($"<li>{error.Field} {error.Problem}</li>"))}</ul>") : null;
        // The list says it all; what is one sentence for programs is a line for each to people.
        var detail = errors is null ? problem.Detail : $"{problem.Errors.Count} inputs do not fit:";
        var reference = problem.Reference is { } number ? Html.Of($"<p class=\"reference\">Reference <code>{number}</code></p>") : null;
        return Encoding.UTF8.GetBytes(Html.Of($"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>{problem.Status} {reason}</title>
            <style>{Html.Raw(Style)}</style></head>
            <body><main><p class="status">{problem.Status}</p><h1>{reason}</h1><p>{detail}</p>{errors}{reference}</main></body>
            </html>
            """).ToString());
    }

    /// <summary>What a policy calls a style or a script that stands in the page (CSP level 3, section 2.3.1).</summary>
    internal static string HashOf(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";
}
