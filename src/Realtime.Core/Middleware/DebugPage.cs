using System.Text;
using Realtime.Http;

namespace Realtime.Middleware;

/// <summary>The page about an exception, for the person at work on the app.</summary>
internal static class DebugPage
{
    private const string Style = """
        :root{color-scheme:light dark;--back:#f6f7f9;--card:#fff;--text:#1c2330;--dim:#5d6778;--line:#e3e6eb;--mark:#c62f3b;--soft:#fdecee;--code:#f9fafb}
        @media(prefers-color-scheme:dark){:root{--back:#12151b;--card:#1a1f28;--text:#e7eaf0;--dim:#98a2b3;--line:#2a313d;--mark:#ff7b85;--soft:#43232a;--code:#151a22}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--back);color:var(--text);font:.9375rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        header{padding:2rem 0 1.75rem;background:var(--card);border-bottom:1px solid var(--line);border-top:4px solid var(--mark)}
        header>div,main{width:100%;max-width:64rem;margin:0 auto;padding:0 1.5rem}
        .request{margin:0 0 .75rem;color:var(--dim);overflow-wrap:anywhere}
        h1{margin:0 0 .25rem;font-size:1.5rem;line-height:1.3;color:var(--mark);overflow-wrap:anywhere}
        .message{margin:0;font-size:1.125rem;white-space:pre-wrap;overflow-wrap:anywhere}
        .tools{display:flex;flex-wrap:wrap;gap:.75rem;align-items:center;margin-top:1.25rem;color:var(--dim);font-size:.875rem}
        button{padding:.45rem .9rem;border:1px solid var(--line);border-radius:8px;background:var(--back);color:var(--text);font:inherit;font-weight:600;cursor:pointer}
        button:hover{border-color:var(--dim)}
        h2{margin:2rem 0 .75rem;font-size:1rem}
        h2 small{font-weight:400;color:var(--dim)}
        section,details{background:var(--card);border:1px solid var(--line);border-radius:10px;margin:0 0 .5rem;overflow:hidden}
        summary{padding:.6rem .9rem;cursor:pointer;overflow-wrap:anywhere}
        .frame{padding:.6rem .9rem;overflow-wrap:anywhere}
        .far{color:var(--dim)}
        .place{display:block;color:var(--dim);font-size:.8125rem;overflow-wrap:anywhere}
        code,pre,textarea{font:.8125rem/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
        pre{margin:0;padding:.5rem 0;overflow-x:auto;background:var(--code);border-top:1px solid var(--line);tab-size:4}
        pre span{display:block;padding:0 .9rem;min-width:max-content}
        pre i{display:inline-block;width:3.25em;padding-right:1em;text-align:right;font-style:normal;color:var(--dim);user-select:none}
        pre .hit{background:var(--soft);box-shadow:inset 3px 0 var(--mark)}
        table{width:100%;border-collapse:collapse}
        td{padding:.4rem .9rem;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
        tr:first-child td{border-top:0}
        td:first-child{width:14rem;color:var(--dim)}
        textarea{display:block;width:100%;height:18rem;padding:.75rem .9rem;border:0;background:var(--code);color:var(--text);resize:vertical}
        footer{padding:1.5rem 0 3rem;color:var(--dim);font-size:.8125rem}
        @media(max-width:40rem){header>div,main{padding:0 1rem}h1{font-size:1.25rem}td{display:block;width:100%!important;padding:.35rem .9rem}td+td{border-top:0;padding-top:0}}
        """;

    private const string Script = """
        const text = document.getElementById("text"), button = document.getElementById("copy");
        button.hidden = false;
        button.onclick = async () => {
          try { await navigator.clipboard.writeText(text.value); }
          catch { text.closest("details").open = true; text.select(); document.execCommand("copy"); }
          button.textContent = "Copied";
          setTimeout(() => button.textContent = "Copy as text", 1500);
        };
        """;

    /// <summary>What the page may do (Content-Security-Policy): show its own style and run its own script, and nothing else.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; style-src {ProblemPage.HashOf(Style)}; script-src {ProblemPage.HashOf(Script)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Makes the page.</summary>
    /// <param name="report">What is known.</param>
    /// <param name="reference">What finds the exception in the log.</param>
    public static byte[] Render(DebugReport report, string reference)
    {
        var first = report.Exceptions[0];
        return Encoding.UTF8.GetBytes(Html.Of($"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{first.Type}: {first.Message}</title>
            <style>{Html.Raw(Style)}</style></head>
            <body>
            <header><div>
            <p class="request">{report.Method} {report.Target}</p>
            <h1>{first.Type}</h1>
            <p class="message">{first.Message}</p>
            <div class="tools"><button id="copy" type="button" hidden>Copy as text</button><span>In the log under <code>{reference}</code></span></div>
            </div></header>
            <main>
            {report.Exceptions.Select(static (exception, index) => Exception(exception, index))}
            <h2>Request</h2>
            <section><table>{Row("Route", report.Route)}{Row("Client", report.Client)}</table></section>
            {Fields("Route values", report.Values)}{Fields("Query", report.Query)}{Fields("Form", report.Form)}{Fields("Headers", report.Headers)}
            <h2>As text</h2>
            <details><summary>The whole report, without secrets</summary><textarea id="text" readonly spellcheck="false" aria-label="The report as text">{report.Text}</textarea></details>
            <footer>Shown to this machine alone, while the app runs with --debug. Everybody else is given the reference.</footer>
            </main>
            <script>{Html.Raw(Script)}</script>
            </body>
            </html>
            """).ToString());
    }

    private static Html Exception(DebuggedException exception, int index)
    {
        var title = index == 0
            ? Html.Of($"<h2>Where it was thrown</h2>")
            : Html.Of($"<h2>{exception.Type} <small>was the cause</small></h2><p class=\"message\">{exception.Message}</p>");
        // The first place in the app's own sources is what the person came to see.
        var nearest = exception.Frames.FirstOrDefault(static frame => frame.Source.Count > 0);
        var frames = exception.Frames.Count == 0 ? Html.Of($"<section><div class=\"frame far\">It was never thrown.</div></section>") : null;
        return Html.Of($"{title}{frames}{Folded(exception.Frames).Select(group => group.Key ? Framework([.. group]) : Html.Of($"{group.Select(frame => Frame(frame, ReferenceEquals(frame, nearest)))}"))}");
    }

    /// <summary>The calls in their order, those of the framework that follow one another together.</summary>
    private static IEnumerable<IGrouping<bool, DebuggedFrame>> Folded(IReadOnlyList<DebuggedFrame> frames)
    {
        for (var start = 0; start < frames.Count;)
        {
            var group = frames.Skip(start).TakeWhile(frame => frame.IsFramework == frames[start].IsFramework).ToArray();
            start += group.Length;
            yield return group.GroupBy(static frame => frame.IsFramework).First();
        }
    }

    private static Html Framework(DebuggedFrame[] frames) => frames is [var only]
        ? Frame(only, isOpen: false)
        : Html.Of($"<details class=\"far\"><summary>{frames.Length} calls of the framework</summary>{frames.Select(static frame => Html.Of($"<div class=\"frame\"><code>{frame.Call}</code></div>"))}</details>");

    private static Html Frame(DebuggedFrame frame, bool isOpen)
    {
        var place = frame.File is { } file ? Html.Of($"<span class=\"place\">{file}:{frame.Line}</span>") : null;
        if (frame.Source.Count == 0)
        {
            return Html.Of($"<section><div class=\"frame far\"><code>{frame.Call}</code>{place}</div></section>");
        }
        var lines = frame.Source.Select(line => line.Number == frame.Line
            ? Html.Of($"<span class=\"hit\"><i>{line.Number}</i>{line.Text}</span>")
            : Html.Of($"<span><i>{line.Number}</i>{line.Text}</span>"));
        var body = Html.Of($"<summary><code>{frame.Call}</code>{place}</summary><pre>{lines}</pre>");
        return isOpen ? Html.Of($"<details open>{body}</details>") : Html.Of($"<details>{body}</details>");
    }

    private static Html? Fields(string title, IReadOnlyList<(string Name, string Value)> fields) =>
        fields.Count == 0 ? null : Html.Of($"<h2>{title}</h2><section><table>{fields.Select(static field => Row(field.Name, field.Value))}</table></section>");

    private static Html Row(string name, string value) => Html.Of($"<tr><td>{name}</td><td>{value}</td></tr>");
}
