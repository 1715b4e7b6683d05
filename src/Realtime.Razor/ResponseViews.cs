using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Components;
using Realtime.Razor;

namespace Realtime;

/// <summary>Pages of Razor components.</summary>
public static class ResponseViews
{
    extension(Response)
    {
        /// <summary>
        /// A page rendered of a Razor component: <c>Response.View&lt;NotePage&gt;(new { Note = note })</c>. Layouts (<c>@layout</c>), components within, and
        /// escaping are the platform's; what components load while they are initialised is waited for. Nothing of it stays on the server or runs in the browser.
        /// </summary>
        /// <remarks>
        /// Components <c>@inject</c> the app's services, the <see cref="Request"/>, and a <see cref="NavigationManager"/>, which redirects. An exception out of a component is
        /// an error as one out of a handler is: nothing of the page has been sent by then.
        /// </remarks>
        /// <typeparam name="TComponent">The page's component.</typeparam>
        /// <param name="parameters">
        /// Its parameters: an object whose properties have their names, or pairs of name and value. Null for none. One that the component does not have is an
        /// error when the page is rendered.
        /// </param>
        /// <param name="status">The status.</param>
        public static Response View<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TComponent>(object? parameters = null, int status = 200)
            where TComponent : IComponent => new ViewResponse(typeof(TComponent), ViewParameters.Of(parameters), status);
    }
}
