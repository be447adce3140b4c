using System.Globalization;
using System.Text;
using Subquad.Data;

namespace Subquad.Formats;

/// <summary>The labels of LIBSVM rows: one number each, and what it means as a class; or several numbers from 0 on.</summary>
internal sealed class LibsvmLabels
{
    private const int MaxLabels = 1 << 20;

    private readonly GrowingArray<double> _labels = new(Array.MaxLength);
    private readonly GrowingArray<int> _lines = new(Array.MaxLength);
    private readonly SortedDictionary<double, string> _names = [];
    private readonly GrowingArray<int> _ends = new(Array.MaxLength);
    private bool _areIntegers = true;
    private int? _lineWithout;

    /// <summary>Whether a row has several labels.</summary>
    public bool AreSeveral { get; private set; }

    /// <summary>Whether the labels are classes, by the rule for tables: integers, not too many.</summary>
    public bool AreClasses => _areIntegers && CsvExamples.FewEnough(_names.Count, _labels.Count);

    /// <summary>Reads the label of a row, which begins the line.</summary>
    /// <exception cref="InvalidDataException">It is missing, or not a finite number.</exception>
    public static double Read(LibsvmReader text) => Parse(text, text.Token());

    /// <summary>Where the classes are, by their numbers.</summary>
    public static Dictionary<double, int> PlacesOf(string[] names)
    {
        var places = new Dictionary<double, int>();
        for (int i = 0; i < names.Length; i++)
            if (double.TryParse(names[i], NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
                places.TryAdd(number + 0.0, i);
        return places;
    }

    /// <summary>What is said of a label that is not one of the classes.</summary>
    public static InvalidDataException Unknown(LibsvmReader text, double label, int line) =>
        text.Fault($"expected a known class, found {label.ToString(CultureInfo.InvariantCulture)}", line);

    /// <summary>Reads the label of one more row, or several with commas between, or none.</summary>
    /// <exception cref="InvalidDataException">A label is not a finite number.</exception>
    public void Append(LibsvmReader text)
    {
        ReadOnlySpan<byte> list = text.Token();
        _lines.Append(1)[0] = text.Line;
        if (list.IsEmpty || list.Contains((byte)':'))
        {
            _lineWithout ??= text.Line;
            if (!list.IsEmpty)
                text.Restart();
        }
        else
        {
            foreach (Range part in list.Split((byte)','))
                Append(text, list[part]);
            AreSeveral |= list.Contains((byte)',');
        }
        _ends.Append(1)[0] = _labels.Count;
    }

    /// <summary>Refuses a row without a label, unless others have several.</summary>
    /// <exception cref="InvalidDataException">There is such a row; the message names its line.</exception>
    public void RequireOne(LibsvmReader text)
    {
        if (_lineWithout is { } line)
            throw text.Fault("expected a label before the features, found none", line);
        if (AreSeveral)
            throw text.FaultOfFile("expected one label a row, found several");
    }

    /// <summary>The labels of every row as they are numbered in the file.</summary>
    /// <param name="text">The file, to word faults.</param>
    /// <param name="width">How many labels there are; null means up to the largest.</param>
    /// <exception cref="InvalidDataException">A label is not a whole number from 0 on, or too large.</exception>
    public LabelSets ToSets(LibsvmReader text, int? width)
    {
        int most = (width ?? MaxLabels) - 1, largest = 0;
        double[] numbers = _labels.ToArray();
        int[] ends = _ends.ToArray(), lines = _lines.ToArray(), labels = new int[numbers.Length];
        for (int row = 0, place = 0; row < ends.Length; row++)
            for (; place < ends[row]; place++)
            {
                double number = numbers[place];
                if (number < 0 || number > most || number != Math.Floor(number))
                {
                    string found = number.ToString(CultureInfo.InvariantCulture);
                    throw text.Fault($"expected labels from 0 to {most}, found {found}", lines[row]);
                }
                labels[place] = (int)number;
                largest = Math.Max(largest, labels[place]);
            }
        return new(text.Name, width ?? largest + 1, [0, .. ends], labels);
    }

    /// <summary>The classes by ascending number.</summary>
    /// <exception cref="InvalidDataException">There are too many, or fewer than two.</exception>
    public string[] Names(LibsvmReader text)
    {
        if (_names.Count > CsvExamples.MaxClasses)
            throw text.FaultOfFile($"expected at most {CsvExamples.MaxClasses} classes, found more");
        if (_names.Count < 2)
            throw text.FaultOfFile($"expected at least 2 classes, found '{_names.Values.First()}' only");
        return [.. _names.Values];
    }

    /// <summary>The class of every row.</summary>
    /// <param name="text">The file, to word faults.</param>
    /// <param name="names">The classes in order.</param>
    /// <exception cref="InvalidDataException">A label is none of them; the message names its line.</exception>
    public int[] ToClasses(LibsvmReader text, string[] names)
    {
        Dictionary<double, int> places = PlacesOf(names);
        double[] labels = _labels.ToArray();
        var classes = new int[labels.Length];
        for (int row = 0; row < labels.Length; row++)
            classes[row] = places.TryGetValue(labels[row], out int place)
                ? place
                : throw Unknown(text, labels[row], _lines.ToArray()[row]);
        return classes;
    }

    /// <summary>The label of every row as a number.</summary>
    public double[] ToValues() => _labels.ToArray();

    private void Append(LibsvmReader text, ReadOnlySpan<byte> label)
    {
        double number = Parse(text, label);
        _labels.Append(1)[0] = number;
        if (_names.Count > CsvExamples.MaxClasses || _names.ContainsKey(number))
            return;
        string name = Encoding.ASCII.GetString(label);
        _areIntegers = _areIntegers && TableSchema.IsInteger(name, out _);
        _names.Add(number, TableSchema.ClassName(name));
    }

    private static double Parse(LibsvmReader text, ReadOnlySpan<byte> label)
    {
        if (label.IsEmpty || label.Contains((byte)':'))
            throw text.Fault("expected a label before the features, found none");
        if (!double.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || !float.IsFinite((float)number))
            throw text.Fault($"expected a finite number as label, found '{LibsvmReader.Short(label)}'");
        // A negative zero is the same class as a zero.
        return number + 0.0;
    }
}
