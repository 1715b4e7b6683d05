// A book of guests: pages of Razor components, a form, and a redirect behind it. Run it: dotnet run --project samples/Pages
return await Pages.GuestBook.Create().RunAsync(args);
