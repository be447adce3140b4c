using System.Globalization;
using System.Text;
using Subquad.Data;

namespace Subquad.Formats;

/// <summary>
/// Reads a table row by row (RFC 4180: quotes, doubled quotes, line breaks inside quotes; LF, CRLF or CR; a UTF-8 mark is skipped; blank
/// lines too). Separator and header are given or found. Every row must be as wide as the first. Memory stays bounded by the longest row.
/// </summary>
internal sealed class CsvReader : IDisposable
{
    private const int MaxRowChars = 1 << 24;

    private readonly StreamReader _text;
    private readonly string _name;
    private readonly string _encoding;
    private readonly char[] _buffer = new char[1 << 18];
    private readonly List<int> _ends = [];
    private char[] _row = new char[1024];
    private int _rowLength;
    private int _at;
    private int _filled;
    private int _line = 1;

    /// <summary>Opens a table, plain or gzip, and reads its header.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public CsvReader(InputSource source, TableFormat? format = null, bool? hasHeader = null, IReadOnlyList<string>? names = null)
        : this(source.Open(), source.Name, format, hasHeader, names)
    {
    }

    /// <summary>Reads a stream, which is disposed with this object.</summary>
    /// <param name="stream">The text.</param>
    /// <param name="name">What faults call it.</param>
    /// <param name="format">How cells are read; null means the default.</param>
    /// <param name="hasHeader">Whether the first line holds names; null finds out.</param>
    /// <param name="names">Columns that the header is known to have, to find the separator by.</param>
    /// <exception cref="InvalidDataException">There is no header, or a column has no name or the name of another.</exception>
    public CsvReader(
        Stream stream, string name, TableFormat? format = null, bool? hasHeader = null, IReadOnlyList<string>? names = null)
    {
        format ??= TableFormat.Default;
        _name = name;
        Line = 1;
        try
        {
            Encoding encoding = Found(format.Encoding);
            _encoding = format.Encoding ?? "UTF-8";
            _text = new StreamReader(stream, encoding);
            while (_filled < _buffer.Length && Refill())
            {
            }
            bool isWhole = _filled < _buffer.Length;
            ReadOnlySpan<char> start = _buffer.AsSpan(0, _filled);
            Separator = format.Separator ?? CsvSample.FindSeparator(start, isWhole, names ?? []);
            List<string[]> rows = CsvSample.Rows(start, isWhole, Separator);
            HasHeader = hasHeader ?? !CsvSample.StartsWithData(rows, format);
            Header = HasHeader ? ReadHeader(CsvSample.HasUnnamedFirst(rows)) : NumberColumns(rows);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>What stands between cells; a blank for white space.</summary>
    public char Separator { get; }

    /// <summary>Whether the first line holds the names.</summary>
    public bool HasHeader { get; }

    /// <summary>The trimmed names of the columns: of the header, or "1", "2", ... The first may be empty.</summary>
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
            throw Fault($"expected {Header.Length} cells as in the {(HasHeader ? "header" : "first row")}, found {_ends.Count}");
        return true;
    }

    /// <summary>An exception that names the file and the current line.</summary>
    public InvalidDataException Fault(string what, Exception? inner = null) => new($"{_name}, line {Line}: {what}", inner);

    /// <inheritdoc/>
    public void Dispose() => _text.Dispose();

    private Encoding Found(string? encoding)
    {
        if (encoding is null)
            return new UTF8Encoding(false, throwOnInvalidBytes: true);
        try
        {
            return Encoding.GetEncoding(encoding, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{_name}: expected the encoding utf-8, utf-16, utf-32, latin1 or ascii, found '{encoding}'", e);
        }
    }

    private string[] ReadHeader(bool hasUnnamedFirst)
    {
        if (!ReadRow())
            throw new InvalidDataException($"{_name}: expected a header line, found an empty file");
        string[] names = [.. hasUnnamedFirst ? [""] : Array.Empty<string>(), .. Enumerable.Range(0, _ends.Count).Select(
            i => this[i].Trim().ToString())];
        int unnamed = Array.IndexOf(names, "", 1);
        if ((names.Length == 1 && names[0].Length == 0) || unnamed > 0)
            throw Fault($"expected a name for column {Math.Max(unnamed, 0) + 1} in the header, found none");
        string? twice = names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is null ? names
            : throw Fault($"expected each column name once, found '{twice}' twice; is there no header (--no-header)");
    }

    private string[] NumberColumns(List<string[]> rows) => rows.Count > 0
        ? [.. Enumerable.Range(1, rows[0].Length).Select(column => column.ToString(CultureInfo.InvariantCulture))]
        : throw new InvalidDataException($"{_name}: expected at least one row, found an empty file");

    private bool ReadRow()
    {
        do
            SkipBlanks();
        while (EndLine());
        Line = _line;
        if (Peek() < 0)
            return false;
        _rowLength = 0;
        _ends.Clear();
        do
        {
            ReadCell();
            _ends.Add(_rowLength);
        }
        while (TakeSeparator());
        if (!EndLine() && Peek() >= 0)
            throw Fault(Separator == ',' ? $"expected a comma or the end of the line after a closing quote, found '{(char)Peek()}'"
                : $"expected a separator or the end of the line after a closing quote, found '{(char)Peek()}'");
        return true;
    }

    /// <summary>Skips what white space begins a line with, where it separates cells.</summary>
    private void SkipBlanks()
    {
        while (Separator == ' ' && (TryTake(' ') || TryTake('\t')))
        {
        }
    }

    private bool TakeSeparator()
    {
        if (Separator != ' ')
            return TryTake(Separator);
        bool separates = Peek() is ' ' or '\t';
        SkipBlanks();
        return separates && Peek() is not ('\r' or '\n' or < 0);
    }

    private void ReadCell()
    {
        int start = _rowLength;
        int next = Peek();
        // Blanks before a quote are no part of the cell.
        for (; next is ' ' or '\t' && next != Separator; next = Peek())
            Keep((char)next);
        if (next != '"')
        {
            ReadBare();
            return;
        }
        _rowLength = start;
        _at++;
        ReadQuoted();
        while (Separator != ' ' && Peek() is ' ' or '\t' && Peek() != Separator)
            _at++;
    }

    private void ReadBare()
    {
        for (int next = Peek(); !Ends(next); next = Peek())
        {
            RefuseNul(next);
            Keep((char)next);
        }
    }

    private void RefuseNul(int next)
    {
        if (next != 0)
            return;
        string column = Header is { } names && _ends.Count < names.Length ? $"'{names[_ends.Count]}'" : $"{_ends.Count + 1}";
        Line = _line;
        throw Fault($"expected text in column {column}, found a NUL character");
    }

    private bool Ends(int next) => next is '\r' or '\n' or < 0 || next == Separator || (Separator == ' ' && next == '\t');

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
            RefuseNul(next);
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
            Line = LastLine();
            throw Fault("expected whole gzip data, found damaged or cut data", e);
        }
        catch (DecoderFallbackException e)
        {
            Line = LastLine();
            throw Fault($"expected {_encoding} text, found other bytes here or a little later (--encoding latin1 reads any bytes)", e);
        }
    }

    /// <summary>The line at the end of the buffer.</summary>
    private int LastLine() => _line + _buffer.AsSpan(_at, _filled - _at).Count('\n');
}
