using System.Text;

namespace Subquad.Formats;

/// <summary>
/// Reads a CSV with a header row by row (RFC 4180: commas, quotes, doubled quotes, line breaks inside quotes; LF, CRLF or CR; a UTF-8 mark
/// is skipped; blank lines too). Every row must be as wide as the header. Memory stays bounded by the longest row.
/// </summary>
internal sealed class CsvReader : IDisposable
{
    private const int MaxRowChars = 1 << 24;

    private readonly StreamReader _text;
    private readonly string _name;
    private readonly char[] _buffer = new char[1 << 15];
    private readonly List<int> _ends = [];
    private char[] _row = new char[1024];
    private int _rowLength;
    private int _at;
    private int _filled;
    private int _line = 1;

    /// <summary>Opens a file, plain or gzip, and reads its header.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">There is no header, or a column has no name or the name of another.</exception>
    public CsvReader(string path) : this(InputFile.Open(path), $"'{path}'")
    {
    }

    /// <summary>Reads a stream, which is disposed with this object.</summary>
    /// <exception cref="InvalidDataException">There is no header, or a column has no name or the name of another.</exception>
    public CsvReader(Stream stream, string name)
    {
        _name = name;
        _text = new StreamReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            Header = ReadHeader();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The trimmed names of the columns.</summary>
    public string[] Header { get; }

    /// <summary>The line on which the current row starts, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>A cell of the current row, without its quotes; valid until the next row is read.</summary>
    public ReadOnlySpan<char> this[int column]
    {
        get
        {
            int start = column == 0 ? 0 : _ends[column - 1];
            return _row.AsSpan(start, _ends[column] - start);
        }
    }

    /// <summary>Moves to the next row.</summary>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="InvalidDataException">The row is not as wide as the header, or no CSV.</exception>
    public bool Read()
    {
        if (!ReadRow())
            return false;
        if (_ends.Count != Header.Length)
            throw Fault($"expected {Header.Length} cells as in the header, found {_ends.Count}");
        return true;
    }

    /// <summary>An exception that names the file and the current line.</summary>
    public InvalidDataException Fault(string what, Exception? inner = null) => new($"{_name}, line {Line}: {what}", inner);

    /// <inheritdoc/>
    public void Dispose() => _text.Dispose();

    private string[] ReadHeader()
    {
        if (!ReadRow())
            throw new InvalidDataException($"{_name}: expected a header line, found an empty file");
        var names = new string[_ends.Count];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = this[i].Trim().ToString();
            if (names[i].Length == 0)
                throw Fault($"expected a name for column {i + 1} in the header, found none");
        }
        string? twice = names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is null ? names : throw Fault($"expected each column name once, found '{twice}' twice");
    }

    private bool ReadRow()
    {
        while (EndLine())
        {
        }
        Line = _line;
        if (Peek() < 0)
            return false;
        _rowLength = 0;
        _ends.Clear();
        do
        {
            if (TryTake('"'))
                ReadQuoted();
            else
                ReadBare();
            _ends.Add(_rowLength);
        }
        while (TryTake(','));
        if (!EndLine() && Peek() >= 0)
            throw Fault($"expected a comma or the end of the line after a closing quote, found '{(char)Peek()}'");
        return true;
    }

    private void ReadBare()
    {
        for (int next = Peek(); next is not (',' or '\r' or '\n' or < 0); next = Peek())
            Keep((char)next);
    }

    private void ReadQuoted()
    {
        while (true)
        {
            int next = Peek();
            if (next < 0)
                throw Fault("expected a closing quote, found the end of the file");
            // A doubled quote is one quote; a single one closes the cell.
            if (TryTake('"') && Peek() != '"')
                return;
            // The CR of a CRLF is not counted: its LF is.
            if (next == '\n' || (next == '\r' && PeekSecond() != '\n'))
                _line++;
            Keep((char)next);
        }
    }

    private bool EndLine()
    {
        bool carriage = TryTake('\r');
        bool ended = TryTake('\n') || carriage;
        if (ended)
            _line++;
        return ended;
    }

    private bool TryTake(char wanted)
    {
        bool found = Peek() == wanted;
        if (found)
            _at++;
        return found;
    }

    private void Keep(char next)
    {
        if (_rowLength == _row.Length)
        {
            if (_rowLength >= MaxRowChars)
                throw Fault($"expected a row of at most {MaxRowChars} characters, found more: is a quote left open");
            Array.Resize(ref _row, 2 * _rowLength);
        }
        _row[_rowLength++] = next;
        _at++;
    }

    private int Peek() => _at < _filled || Refill() ? _buffer[_at] : -1;

    private int PeekSecond() => _at + 1 < _filled || Refill() ? (_at + 1 < _filled ? _buffer[_at + 1] : -1) : -1;

    /// <summary>Moves what is left to the front and reads more behind it.</summary>
    private bool Refill()
    {
        int left = _filled - _at;
        Array.Copy(_buffer, _at, _buffer, 0, left);
        _at = 0;
        _filled = left;
        try
        {
            int read = _text.Read(_buffer, left, _buffer.Length - left);
            _filled += read;
            return read > 0;
        }
        catch (InvalidDataException e)
        {
            throw Fault("expected whole gzip data, found damaged or cut data", e);
        }
        catch (DecoderFallbackException e)
        {
            throw Fault("expected UTF-8 text, found other bytes here or a little later", e);
        }
    }
}
