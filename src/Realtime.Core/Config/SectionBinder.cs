using System.Collections;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Realtime.Binding;

namespace Realtime.Config;

/// <summary>Makes an object of a section of the configuration, and says by their names which settings are wrong, and where they were set.</summary>
internal sealed class SectionBinder(IConfiguration configuration)
{
    private readonly List<string> _problems = [];

    /// <exception cref="InvalidOperationException">Settings are missing or wrong; the message names each.</exception>
    public T Bind<T>(string section)
        where T : class
    {
        var settings = configuration.GetSection(section);
        Check(typeof(T), settings);
        ThrowIfWrong(typeof(T));
        T value;
        try
        {
            value = settings.Get<T>() ?? throw new InvalidOperationException($"there is nothing under {section}");
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidOperationException($"The settings under {section} cannot become a {TypeName.Of(typeof(T))}: {(exception.InnerException ?? exception).Message}", exception);
        }
        Validate(value, section);
        ThrowIfWrong(typeof(T));
        return value;
    }

    private void ThrowIfWrong(Type type)
    {
        if (_problems.Count > 0)
        {
            throw new InvalidOperationException($"{TypeName.Of(type)}: {string.Join(". ", _problems)}.");
        }
    }

    /// <summary>Looks at each setting for itself: the platform's binder stops at the first, and names the type rather than the setting.</summary>
    private void Check(Type type, IConfigurationSection section)
    {
        var constructor = type.GetConstructors() is [var only] && only.GetParameters().Length > 0 ? only : null;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static property => property.GetIndexParameters().Length == 0))
        {
            var parameter = constructor?.GetParameters().FirstOrDefault(parameter => string.Equals(parameter.Name, property.Name, StringComparison.OrdinalIgnoreCase));
            if (parameter is null && property.SetMethod is null)
            {
                continue;
            }
            var child = section.GetSection(property.Name);
            if (!child.Exists())
            {
                var isNeeded = parameter is not null
                    ? !ParameterDefault.TryGet(parameter, out _)
                    : property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute)) || property.IsDefined(typeof(RequiredAttribute));
                if (isNeeded)
                {
                    _problems.Add($"{child.Path} is missing: set it in appsettings.json, or as {Setting.VariableOf(child.Path)}");
                }
            }
            else if (child.Value is { } text)
            {
                CheckText(property.PropertyType, child.Path, text);
            }
            else if (property.PropertyType is { IsClass: true } nested && !nested.IsAssignableTo(typeof(IEnumerable)))
            {
                Check(nested, child);
            }
        }
    }

    private void CheckText(Type type, string path, string text)
    {
        var inner = Nullable.GetUnderlyingType(type) ?? type;
        if (inner == typeof(string) || (text.Length == 0 && inner != type) || !TextValue.CanParse(inner))
        {
            return;
        }
        try
        {
            // As the platform's binder does.
            _ = TypeDescriptor.GetConverter(inner).ConvertFromInvariantString(text);
        }
        catch (Exception)
        {
            _problems.Add($"{path} is '{Secrets.Hide(path, text)}' ({Setting.Origin(configuration, path)}), but should be {TextValue.Expected(inner)}");
        }
    }

    private void Validate(object value, string path)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(value, new ValidationContext(value), results, validateAllProperties: true);
        foreach (var result in results)
        {
            var names = string.Join(", ", result.MemberNames.Select(name => $"{path}:{name}"));
            var origin = result.MemberNames.FirstOrDefault() is { } first ? $" ({Setting.Origin(configuration, $"{path}:{first}")})" : "";
            _problems.Add($"{(names.Length > 0 ? names : path)}{origin}: {result.ErrorMessage?.TrimEnd('.')}");
        }
        foreach (var property in value.GetType().GetProperties().Where(static property => property.PropertyType is { IsClass: true } type
            && type != typeof(string) && !type.IsAssignableTo(typeof(IEnumerable)) && property.GetIndexParameters().Length == 0))
        {
            // Only what the configuration filled: an object's other members may be anything.
            if (configuration.GetSection($"{path}:{property.Name}").Exists() && property.GetValue(value) is { } nested)
            {
                Validate(nested, $"{path}:{property.Name}");
            }
        }
    }
}
