using Realtime.OpenApi;

namespace Realtime;

/// <summary>What a route says of itself in the app's OpenAPI document, where its handler does not say it.</summary>
public static class RouteDescriptions
{
    extension(Route route)
    {
        /// <summary>Says in a few words what the route does.</summary>
        /// <param name="text">A few words, without a full stop.</param>
        public Route Summary(string text)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(text);
            RouteNotes.Of(route).Summary = text;
            return route;
        }

        /// <summary>Explains the route.</summary>
        /// <param name="text">Sentences, in Markdown.</param>
        public Route Description(string text)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(text);
            RouteNotes.Of(route).Description = text;
            return route;
        }

        /// <summary>Groups the route with others of the same tags. A blueprint's routes have its name as their tag unless they say otherwise.</summary>
        /// <param name="tags">The tags.</param>
        public Route Tags(params string[] tags)
        {
            ArgumentNullException.ThrowIfNull(tags);
            RouteNotes.Of(route).Tags.AddRange(tags);
            return route;
        }

        /// <summary>Says what the route answers under a status: a <see cref="Response"/> does not say it by itself.</summary>
        /// <typeparam name="T">The body, as JSON; <see cref="string"/> for text.</typeparam>
        /// <param name="status">The status.</param>
        /// <param name="description">When that is; null for the status' own words.</param>
        /// <param name="contentType">The body's type; null for JSON, or text for a <see cref="string"/>.</param>
        public Route Returns<T>(int status = 200, string? description = null, string? contentType = null)
        {
            RouteNotes.Of(route).Results.Add(new RouteResult(status, typeof(T), description, contentType));
            return route;
        }

        /// <summary>Says that the route answers a status without a body, or with a problem document from 400 on.</summary>
        /// <param name="status">The status.</param>
        /// <param name="description">When that is; null for the status' own words.</param>
        public Route Returns(int status, string? description = null)
        {
            RouteNotes.Of(route).Results.Add(new RouteResult(status, null, description, null));
            return route;
        }

        /// <summary>Warns clients that the route will go.</summary>
        public Route Deprecated()
        {
            RouteNotes.Of(route).IsDeprecated = true;
            return route;
        }

        /// <summary>Leaves the route out of the document.</summary>
        public Route Undocumented()
        {
            RouteNotes.Of(route).IsUndocumented = true;
            return route;
        }
    }
}
