using System.Globalization;
using System.Text;
using Subquad.Data;

namespace Subquad.Formats;

/// <summary>
/// Reads lines of blank-separated tokens: LIBSVM and extreme-classification text. Empty lines are skipped, what follows a # too, and a
/// UTF-8 mark; LF or CRLF ends a line. Memory stays bounded by the longest line.
/// </summary>
internal sealed class LibsvmReader : IDisposable
{
    /// <summary>Features at most.</summary>
    public const int MaxWidth = InputRows.MaxSparseWidth;

    private const int MaxLineBytes = 1 << 26;

    private readonly Stream _stream;
    private readonly string _name;
    private byte[] _buffer = new byte[1 << 16];
    private int _filled;
    private int _next;
    private int _lineStart;
    private int _at;
    private int _end;
    private bool _isLast;

    /// <summary>Opens a text, plain or gzip.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public LibsvmReader(InputSource source)
    {
        _name = source.Name;
        _stream = source.Open();
    }

    /// <summary>What messages call the file.</summary>
    public string Name => _name;

    /// <summary>The current line, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Whether the line begins with a blank: a row without labels.</summary>
    public bool BeginsBlank { get; private set; }

    /// <summary>Moves to the next line that is not empty; one of blanks is not.</summary>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="InvalidDataException">A line is too long, or the compressed data is damaged.</exception>
    public bool Read()
    {
        while (ReadLine())
        {
            ReadOnlySpan<byte> line = _buffer.AsSpan(_at, _end - _at);
            bool empty = line.IsEmpty;
            int comment = line.IndexOf((byte)'#');
            if (comment >= 0)
            {
                line = line[..comment];
                _end = _at + comment;
                empty = line.Trim(" \t"u8).IsEmpty;
            }
            if (empty)
                continue;
            BeginsBlank = IsBlank(line[0]);
            return true;
        }
        return false;
    }

    /// <summary>The next token of the line; empty at its end. Valid until the next line is read.</summary>
    public ReadOnlySpan<byte> Token()
    {
        while (_at < _end && IsBlank(_buffer[_at]))
            _at++;
        int start = _at;
        while (_at < _end && !IsBlank(_buffer[_at]))
            _at++;
        return _buffer.AsSpan(start, _at - start);
    }

    /// <summary>Reads the next index:value of the line; false at its end. A qid before the first one is skipped.</summary>
    /// <param name="last">The index before it in the line, -1 without any.</param>
    /// <param name="index">From 0 to <see cref="MaxWidth"/>.</param>
    /// <param name="value">A finite number.</param>
    /// <exception cref="InvalidDataException">The token is no pair, the value is not finite, or the index does not ascend.</exception>
    public bool TryPair(int last, out int index, out float value)
    {
        (index, value) = (last, 0);
        ReadOnlySpan<byte> token = Token();
        // Queries group rows to be ranked, which nothing here does.
        if (last < 0 && token.StartsWith("qid:"u8))
            token = Token();
        if (token.IsEmpty)
            return false;
        int colon = token.IndexOf((byte)':');
        if (colon < 0 || !int.TryParse(token[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out index) || index > MaxWidth)
            throw Fault($"expected index:value with a whole index from 0 to {MaxWidth}, found '{Short(token)}'");
        if (!float.TryParse(token[(colon + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out value) || !float.IsFinite(value))
            throw Fault($"expected a finite number after the colon, found '{Short(token)}'");
        if (index == last)
            throw Fault($"expected each index once, found {index} twice");
        if (index < last)
            throw Fault($"expected ascending indices, found {index} after {last}");
        return true;
    }

    /// <summary>A token for a message.</summary>
    public static string Short(ReadOnlySpan<byte> token) =>
        token.Length <= 40 ? Encoding.Latin1.GetString(token) : Encoding.Latin1.GetString(token[..40]) + "...";

    /// <summary>Whether the line has no token left.</summary>
    public bool IsAtEnd => _buffer.AsSpan(_at, _end - _at).Trim(" \t"u8).IsEmpty;

    /// <summary>Goes back to the start of the line.</summary>
    public void Restart() => _at = _lineStart;

    /// <summary>An exception that names the file and a line, the current one unless another is given.</summary>
    public InvalidDataException Fault(string what, int? line = null) => new($"{_name}, line {line ?? Line}: {what}");

    /// <summary>An exception that names the file.</summary>
    public InvalidDataException FaultOfFile(string what) => new($"{_name}: {what}");

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private bool ReadLine()
    {
        int searched = 0;
        while (true)
        {
            int found = _buffer.AsSpan(_next + searched, _filled - _next - searched).IndexOf((byte)'\n');
            if (found < 0 && !_isLast)
            {
                searched = _filled - _next;
                Refill();
                continue;
            }
            if (found < 0 && _next == _filled)
                return false;
            Line++;
            _at = _lineStart = _next;
            _end = found < 0 ? _filled : _next + searched + found;
            _next = Math.Min(_filled, _end + 1);
            if (Line == 1 && _buffer.AsSpan(_at, _end - _at).StartsWith("\uFEFF"u8))
                _at = _lineStart += 3;
            if (_end > _at && _buffer[_end - 1] == '\r')
                _end--;
            return true;
        }
    }

    /// <summary>Moves what is left to the front and reads more behind it.</summary>
    private void Refill()
    {
        int left = _filled - _next;
        if (left > MaxLineBytes)
        {
            Line++;
            throw Fault($"expected a line of at most {MaxLineBytes} bytes, found more");
        }
        if (left > _buffer.Length / 2)
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        _buffer.AsSpan(_next, left).CopyTo(_buffer);
        _next = 0;
        int read = InputFile.Read(_stream, _buffer.AsSpan(left), _name);
        _isLast = read < _buffer.Length - left;
        _filled = left + read;
    }

    private static bool IsBlank(byte symbol) => symbol is (byte)' ' or (byte)'\t';
}
