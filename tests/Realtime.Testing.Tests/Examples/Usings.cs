// What a web project imports by itself, and a test project is told to.
global using System.Net;
global using System.Net.Http.Json;
