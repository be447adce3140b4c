using System.Runtime.CompilerServices;

namespace Subquad.Simd;

/// <summary>
/// Checks of arguments, in every build. The message is put together only when a check fails, so a check that holds allocates nothing.
/// </summary>
internal static class Expect
{
    /// <summary>Refuses arguments that do not fit each other.</summary>
    /// <param name="holds">The condition.</param>
    /// <param name="message">"expected ..., found ...".</param>
    /// <exception cref="ArgumentException">The condition does not hold.</exception>
    public static void That(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref Message message)
    {
        if (!holds)
            throw new ArgumentException(message.ToString());
    }

    /// <summary>A message of a failed check; empty for one that holds.</summary>
    [InterpolatedStringHandler]
    internal ref struct Message
    {
        private DefaultInterpolatedStringHandler _text;

        public Message(int literalLength, int formattedCount, bool holds, out bool isNeeded)
        {
            isNeeded = !holds;
            _text = holds ? default : new DefaultInterpolatedStringHandler(literalLength, formattedCount);
        }

        public void AppendLiteral(string text) => _text.AppendLiteral(text);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

        public override string ToString() => _text.ToStringAndClear();
    }
}
