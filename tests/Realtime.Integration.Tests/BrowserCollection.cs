namespace Realtime.Integration.Tests;

/// <summary>Binds the shared browser to its collection.</summary>
[CollectionDefinition(Browser.Collection)]
public sealed class BrowserCollection : ICollectionFixture<Browser>;
