using System.Security.Claims;
using Realtime.Binding;
using Realtime.Routing;

namespace Realtime.Middleware;

/// <summary>Lets only those through who are signed in and may come in.</summary>
/// <param name="Roles">The roles of which they need one; none for anybody who is signed in.</param>
/// <param name="Policy">What else says whether they may; null for nothing.</param>
internal sealed record LoginGuard(IReadOnlyList<string> Roles, Delegate? Policy)
{
    /// <summary>Makes the check for what is in an app or a blueprint, but for the login page.</summary>
    /// <exception cref="InvalidOperationException">Nothing can bind a parameter of the policy, or it does not say true or false.</exception>
    public Func<Request, ValueTask<object?>> CompileAround(App app, PathPattern? pattern)
    {
        var check = Compile(app, pattern);
        return request => app.Users.IsPage(request) ? default : check(request);
    }

    /// <summary>Makes the check: its result is the answer to somebody who may not come in, and null for who may.</summary>
    /// <inheritdoc cref="CompileAround"/>
    public Func<Request, ValueTask<object?>> Compile(App app, PathPattern? pattern)
    {
        var policy = Policy is null ? null : Compile(Policy, app, pattern ?? PathPattern.Root);
        return async request =>
        {
            var user = await request.GetUserAsync();
            if (user.Identity is not { IsAuthenticated: true })
            {
                return app.Users.Challenge(request);
            }
            if (!IsInOne(user))
            {
                throw HttpError.Forbidden($"This is for users with the role {string.Join(" or ", Roles)}.");
            }
            return policy is null || await policy(request) is true ? null : throw HttpError.Forbidden("You are signed in, but this is not for you.");
        };
    }

    private bool IsInOne(ClaimsPrincipal user)
    {
        foreach (var role in Roles)
        {
            if (user.IsInRole(role))
            {
                return true;
            }
        }
        return Roles.Count == 0;
    }

    private static Func<Request, ValueTask<object?>> Compile(Delegate policy, App app, PathPattern pattern)
    {
        var compiled = HandlerCompiler.Compile<Request>(policy, parameter => RequestBinding.Resolve(parameter, pattern, app), "RequireLogin");
        return compiled.ResultType == typeof(bool)
            ? compiled.Invoke
            : throw new InvalidOperationException("RequireLogin: its policy must say true or false: return a bool, or a task of one.");
    }
}
