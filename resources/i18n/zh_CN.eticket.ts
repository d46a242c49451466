<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>counterfoil</name>
    <message>
        <source>E-ticket</source>
        <translation>电子客票</translation>
    </message>
    <message>
        <source>Date of travel</source>
        <translation>乘车日期</translation>
    </message>
    <message>
        <source>Departure</source>
        <translation>发车</translation>
    </message>
    <message>
        <source>Arrival</source>
        <translation>到达</translation>
    </message>
    <message>
        <source>Check gate</source>
        <translation>检票口</translation>
    </message>
    <message>
        <source>Passenger type</source>
        <translation>票种</translation>
    </message>
    <message>
        <source>Ticket number</source>
        <translation>票号</translation>
    </message>
    <message>
        <source>Issued by</source>
        <translation>出票</translation>
    </message>
    <message>
        <source>Show this code at the gate, on a screen or on paper.</source>
        <translation>进站时出示此码，手机屏幕或纸面均可。</translation>
    </message>
    <message>
        <source>Printed at 100 %, this line is 50 mm long.</source>
        <translation>按 100% 打印时，此线长 50 毫米。</translation>
    </message>
    <message>
        <source>Valid once: a second showing of the same code is refused, whoever comes first.</source>
        <translation>仅限使用一次：同一票码再次出示无效，先到者有效。</translation>
    </message>
    <message>
        <source>Save e-ticket</source>
        <translation>保存电子客票</translation>
    </message>
</context>
</TS>
