using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Subquad.Simd.Memory;

/// <summary>
/// Owns a block of native memory: zeroed, 128-byte aligned (two lines, which the second-level prefetcher fetches as a pair), followed by
/// 128 bytes that may be read and overwritten (so that kernels store whole vectors at the end). Elements go in and out as copies: no
/// reference or span can outlive the block. Thread-safe against disposal: a call in flight ends with its elements, a later one throws.
/// Calls that write the same elements at the same time leave them undefined.
/// </summary>
/// <typeparam name="T">An unmanaged element.</typeparam>
public sealed unsafe class NativeBuffer<T> : IDisposable, INativeOwner where T : unmanaged
{
    internal const int Alignment = 128;
    private const int Slack = 128;
    private const nuint LargeBytes = 1 << 20;

    private nint _address;
    private readonly nuint _bytes;
    private readonly IDisposable? _owner;
    private UseCount _uses;

    /// <summary>Takes room for <paramref name="length"/> zeroed elements.</summary>
    /// <param name="length">Elements, 0 or more; may exceed 2^31.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    /// <exception cref="OutOfMemoryException">The system has no such block; the message names the bytes.</exception>
    public NativeBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length > (long.MaxValue - Slack) / sizeof(T))
            throw new OutOfMemoryException($"{length} elements of {sizeof(T)} bytes are more than an address space holds");
        Length = length;
        _bytes = checked((nuint)BytesOf(length));
        _address = (nint)Take(_bytes);
        NativeBytes.Add((long)_bytes);
    }

    /// <summary>
    /// Wraps memory that another object owns, such as the pages of a mapped file. Disposing the buffer disposes that owner. The bytes do
    /// not count as native bytes of the library.
    /// </summary>
    /// <param name="owner">Keeps the memory, and 128 readable bytes after it.</param>
    /// <param name="address">The first element.</param>
    /// <param name="length">Elements.</param>
    internal NativeBuffer(IDisposable owner, T* address, long length)
    {
        Length = length;
        _owner = owner;
        _address = (nint)address;
    }

    /// <summary>Frees a block that nobody disposed, and counts it as a leak.</summary>
    ~NativeBuffer()
    {
        if (_address == 0)
            return;
        NativeBytes.CountLeak();
        // A call may be in flight on a block that another finalizer brought back.
        _uses.Close(this);
    }

    /// <summary>Elements in the block.</summary>
    public long Length { get; }

    ref UseCount INativeOwner.Uses => ref _uses;

    /// <summary>Bytes that a block of so many elements takes, as <see cref="NativeBytes"/> counts them.</summary>
    /// <remarks>The types of an estimate are 128 bits wide: no product of three sizes overflows them.</remarks>
    internal static Int128 BytesOf(Int128 length) => length * sizeof(T) + Slack;

    /// <summary>One element, for the engine: the reference does not keep the block.</summary>
    /// <exception cref="IndexOutOfRangeException">The index is outside 0 to Length - 1.</exception>
    internal ref T this[long index]
    {
        get
        {
            if (unchecked((ulong)index) >= (ulong)Length)
                throw new IndexOutOfRangeException($"index {index} is outside a buffer of {Length} elements");
            return ref Pointer[index];
        }
    }

    /// <summary>The first element's address.</summary>
    /// <exception cref="ObjectDisposedException">The block was given back.</exception>
    internal T* Pointer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            T* pointer = (T*)_address;
            if (pointer == null)
                ThrowDisposed();
            return pointer;
        }
    }

    /// <summary>Copies elements out.</summary>
    /// <param name="start">First element.</param>
    /// <param name="destination">As many elements as it has room for.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part is not inside the block.</exception>
    /// <exception cref="ObjectDisposedException">The block was given back.</exception>
    public void CopyTo(long start, Span<T> destination)
    {
        using Use use = Use.Shared(this);
        Slice(start, destination.Length).CopyTo(destination);
    }

    /// <summary>Overwrites elements.</summary>
    /// <param name="start">First element.</param>
    /// <param name="source">The elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part is not inside the block.</exception>
    /// <exception cref="ObjectDisposedException">The block was given back.</exception>
    public void CopyFrom(long start, ReadOnlySpan<T> source)
    {
        using Use use = Use.Shared(this);
        source.CopyTo(Slice(start, source.Length));
    }

    /// <summary>Overwrites every element with those of a buffer of the same length.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="ObjectDisposedException">One of the two was given back.</exception>
    public void CopyFrom(NativeBuffer<T> source)
    {
        using Use use = Use.Shared(this), from = Use.Shared(source);
        Expect.That(source.Length == Length, $"expected a buffer of {Length} elements, found {source.Length}");
        NativeMemory.Copy(source.Pointer, Pointer, (nuint)Length * (nuint)sizeof(T));
    }

    /// <summary>Sets every element to a value.</summary>
    /// <exception cref="ObjectDisposedException">The block was given back.</exception>
    public void Fill(T value)
    {
        using Use use = Use.Shared(this);
        for (long start = 0; start < Length; start += int.MaxValue)
            Slice(start, (int)Math.Min(int.MaxValue, Length - start)).Fill(value);
    }

    /// <summary>Sets every element to zero.</summary>
    /// <exception cref="ObjectDisposedException">The block was given back.</exception>
    public void Clear()
    {
        using Use use = Use.Shared(this);
        // The bytes behind the elements too: kernels may have stored there.
        NativeMemory.Clear(Pointer, _owner is null ? _bytes : (nuint)Length * (nuint)sizeof(T));
    }

    /// <summary>Sets the first <paramref name="length"/> elements to zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The block has not that many.</exception>
    /// <exception cref="ObjectDisposedException">The block was given back.</exception>
    public void Clear(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        using Use use = Use.Shared(this);
        NativeMemory.Clear(Pointer, (nuint)length * (nuint)sizeof(T));
    }

    /// <summary>A part of the block, for the engine: the span does not keep the block.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part is not inside the block.</exception>
    internal Span<T> Slice(long start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Length - length);
        return new Span<T>(Pointer + start, length);
    }

    /// <summary>The whole block, for the engine: the span does not keep the block.</summary>
    /// <exception cref="OverflowException">The block has more than 2^31 - 1 elements; use <see cref="Slice"/>.</exception>
    internal Span<T> Span => new(Pointer, checked((int)Length));

    /// <summary>Gives the block back. Calling it again does nothing.</summary>
    public void Dispose() => _uses.Close(this);

    void INativeOwner.Free()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>For owners that replace a buffer by a larger one: what was disposed must not come back to life.</summary>
    /// <exception cref="ObjectDisposedException">The block was given back.</exception>
    internal void ThrowIfDisposed()
    {
        if (_address == 0)
            ThrowDisposed();
    }

    private static void* Take(nuint bytes)
    {
        void* block;
        if (bytes >= LargeBytes)
        {
            block = PageSource.Current.Take(bytes);
            if (block == null)
                throw new OutOfMemoryException($"the system refused {bytes} bytes of native memory ({NativeBytes.Live} are held already)");
            return block;
        }
        block = NativeMemory.AlignedAlloc(bytes, Alignment);
        NativeMemory.Clear(block, bytes);
        return block;
    }

    private void Release()
    {
        void* block = (void*)Interlocked.Exchange(ref _address, 0);
        if (block == null)
            return;
        if (_owner is not null)
        {
            _owner.Dispose();
            return;
        }
        if (_bytes >= LargeBytes)
            PageSource.Current.Return(block, _bytes);
        else
            NativeMemory.AlignedFree(block);
        NativeBytes.Add(-(long)_bytes);
    }

    [DoesNotReturn]
    private static void ThrowDisposed() => throw new ObjectDisposedException($"NativeBuffer<{typeof(T).Name}>");
}
