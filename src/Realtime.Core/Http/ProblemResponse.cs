using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>A problem document or a page, as the peer prefers.</summary>
internal sealed class ProblemResponse : Response
{
    private readonly Problem _problem;

    public ProblemResponse(Problem problem)
        : base(problem.Status)
    {
        _problem = problem;
        Headers["Cache-Control"] = "no-store";
        foreach (var (name, values) in problem.Headers ?? [])
        {
            Headers[name] = values;
        }
    }

    protected override ValueTask WriteAsync(Request request, HttpConnection connection)
    {
        var body = _problem.Render(connection.RequestHeaders["Accept"].ToString());
        if (body.Policy is not null && !connection.ResponseHeaders.Contains("Content-Security-Policy"))
        {
            connection.ResponseHeaders["Content-Security-Policy"] = body.Policy;
        }
        return BodyWriter.Bytes(connection, body.Bytes, ContentTypeOr(body.ContentType));
    }
}
