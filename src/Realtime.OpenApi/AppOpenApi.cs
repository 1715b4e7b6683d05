using Realtime.OpenApi;

namespace Realtime;

/// <summary>The OpenAPI document of an app.</summary>
public static class AppOpenApi
{
    extension(App app)
    {
        /// <summary>
        /// Describes the app's routes as an OpenAPI 3.1 document at <c>/openapi.json</c>, with a page at <c>/docs</c> that shows it and tries them. Whoever reaches the app reaches
        /// both; where only people at work on it should, call it in development alone: <c>if (app.IsDevelopment) app.OpenApi();</c>.
        /// </summary>
        /// <remarks>
        /// What handlers take and return is read off them, limits off validation attributes, sentences off doc comments where the compiler writes them
        /// (<c>GenerateDocumentationFile</c>). What a handler does not say its route can: <c>.Summary("…")</c>, <c>.Tags("…")</c>, <c>.Returns&lt;T&gt;(status)</c>.
        /// The page loads nothing from elsewhere.
        /// </remarks>
        /// <param name="options">Where and under which name; null for the defaults.</param>
        /// <exception cref="InvalidOperationException">The app has started, or has its document already.</exception>
        public void OpenApi(OpenApiOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(app);
            if (app.Extension<OpenApiExtension>() is not null)
            {
                throw new InvalidOperationException("app.OpenApi was called twice: an app has one document.");
            }
            app.Extend(app => new OpenApiExtension(app, options ?? new OpenApiOptions()));
        }
    }
}
