using BenchmarkDotNet.Running;
using Subquad.Perf.Kernels;

// For example: dotnet run -c Release --project perf/Kernels -- --filter '*Vector*' --job short
BenchmarkSwitcher.FromAssembly(typeof(KernelBenchmark).Assembly).Run(args);
