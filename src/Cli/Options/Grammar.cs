using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Subquad.Simd;
using Subquad.Simd.Dispatch;

namespace Subquad.Cli;

/// <summary>Options and arguments whose mistakes say what was expected and what was found.</summary>
internal static class Grammar
{
    /// <summary>One number; without a default, absent means null.</summary>
    public static Option<T?> Number<T>(
        string name, string description, string expected, Func<T, bool> holds, T? implied = null) where T : struct, INumber<T>
    {
        var option = new Option<T?>(name)
        {
            Description = description,
            HelpName = "N",
            CustomParser = result => Parse(result, name, expected, holds) is [var value] ? value : Fail<T?>(result, name, expected),
        };
        if (implied is not null)
            option.DefaultValueFactory = _ => implied;
        return option;
    }

    /// <summary>One number or several with commas between.</summary>
    /// <param name="name">Of the option.</param>
    /// <param name="description">For the help.</param>
    /// <param name="expected">What a refusal says.</param>
    /// <param name="holds">Whether a number is allowed.</param>
    /// <param name="word">A word in place of numbers, which stands for none of them.</param>
    public static Option<T[]?> Numbers<T>(string name, string description, string expected, Func<T, bool> holds, string? word = null)
        where T : struct, INumber<T> => new(name)
    {
        Description = description,
        HelpName = word is null ? "N[,N...]" : $"N[,N...]|{word}",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result => word is not null && result.Tokens[0].Value == word ? [] : Parse(result, name, expected, holds),
    };

    /// <summary>The numbers given; null when the option is absent or has its word: then the parser makes an empty array.</summary>
    public static T[]? Given<T>(this ParseResult parsed, Option<T[]?> option) =>
        parsed.GetValue(option) is { Length: > 0 } values ? values : null;

    /// <summary>A word or a path.</summary>
    public static Option<string?> Text(string name, string description, string helpName) =>
        new(name) { Description = description, HelpName = helpName };

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    public static Option<string?> Choice(string name, string description, params string[] values)
    {
        string expected = string.Join(" or ", values);
        return new(name)
        {
            Description = description,
            HelpName = string.Join('|', values),
            CustomParser = result =>
                values.Contains(result.Tokens[0].Value) ? result.Tokens[0].Value : Fail<string?>(result, name, expected),
        };
    }

    public static Option<int?> Threads() =>
        Number<int>("--threads", "Threads to use. [default: the processors of this machine]", "a whole number from 1 to 4096",
            value => value is >= 1 and <= 4096);

    public static Option<string?> Kernels() =>
        Text("--kernels", "Kernel set to compute with; 'subquad inspect --kernels' lists them. [default: the best]", "NAME");

    public static Option<string?> Delta() => Text("--delta", "What 'finetune' changed in MODEL: the fine-tuned model is meant.", "FILE");

    public static Option<string?> Weights() =>
        Choice("--weights", "Hidden weights in memory: bfloat16 takes half of it, rounds each to 8 significant bits, and is faster " +
            "where memory is the bound. [default: float32]", "float32", "bfloat16");

    /// <summary>What <see cref="Weights"/> says; rounded weights can neither be shared nor have a fine-tune beside them.</summary>
    public static WeightFormat WeightFormat(string? name, string? delta, bool shares)
    {
        if (name != "bfloat16")
            return Subquad.WeightFormat.Float32;
        if (delta is not null)
            throw new UsageException(
                "--weights: expected float32 with --delta, whose changes belong to the model's own weights, found bfloat16");
        if (shares)
            throw new UsageException("--weights: expected float32 with --shared, which maps the weights as they are, found bfloat16");
        return Subquad.WeightFormat.BFloat16;
    }

    public static Option<bool> Shared() => Flag("--shared", "Map the hidden weights from MODEL.panels, so that all processes share one " +
        "copy; the file is written when it is not there or is out of date.");

    /// <summary>The set of that name; without one, the best or what the environment forces.</summary>
    public static KernelSet KernelSet(string? name) => name is null ? KernelSets.Best : KernelSets.ByName(name);

    /// <summary>A path given as an argument must exist.</summary>
    public static string Existing(string path, string what) =>
        File.Exists(path) || Directory.Exists(path) ? path : throw new UsageException($"{what}: '{path}' does not exist");

    /// <summary>A path given as an argument must be a file.</summary>
    public static string ExistingFile(string path, string what) =>
        Directory.Exists(path) ? throw new UsageException($"{what}: expected a file, found the folder '{path}'") : Existing(path, what);

    private static T[]? Parse<T>(ArgumentResult result, string name, string expected, Func<T, bool> holds) where T : struct, INumber<T>
    {
        string[] words = result.Tokens[0].Value.Split(',');
        var values = new T[words.Length];
        for (int i = 0; i < words.Length; i++)
            if (!T.TryParse(words[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]) || !T.IsFinite(values[i])
                || !holds(values[i]))
                return Fail<T[]?>(result, name, expected);
        return values;
    }

    private static T? Fail<T>(ArgumentResult result, string name, string expected)
    {
        result.AddError($"{name}: expected {expected}, found '{result.Tokens[0].Value}'");
        return default;
    }
}
