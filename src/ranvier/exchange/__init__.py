"""Other people's formats, in and out: study and traces tables (CSV, Excel, EDF+).

`read_study` and `read_traces` turn bytes into a `conduction.Study`; `write_study` and `write_traces` write one. Imported
lazily by those who use them, since Excel and EDF+ need extra packages.
"""
