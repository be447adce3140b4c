namespace Subquad.Managed.Tests.Formats;

/// <summary>Makes a header of the first version, which has no hash of its own: what a test changes in it is then looked at.</summary>
internal static class FirstVersion
{
    public static string Of(string header) => header
        .Replace("\"format_version\":\"2\"", "\"format_version\":\"1\"", StringComparison.Ordinal)
        .Replace("header_sha256", "ignored_field", StringComparison.Ordinal);
}
