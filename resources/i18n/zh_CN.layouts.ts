<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>layouts</name>
    <message>
        <source>this is not well-formed TOML: {detail}</source>
        <translation>不是合规的 TOML：{detail}</translation>
    </message>
    <message>
        <source>the file is longer than {detail}</source>
        <translation>文件超过 {detail}</translation>
    </message>
    <message>
        <source>the file is not UTF-8 text</source>
        <translation>文件不是 UTF-8 文本</translation>
    </message>
    <message>
        <source>the file cannot be read: {detail}</source>
        <translation>文件无法读取：{detail}</translation>
    </message>
    <message>
        <source>there is no such key: “{detail}”</source>
        <translation>没有“{detail}”这个键</translation>
    </message>
    <message>
        <source>the key “{detail}” is missing</source>
        <translation>缺少键“{detail}”</translation>
    </message>
    <message>
        <source>the value of “{detail}” cannot be used; possible: {wanted}</source>
        <translation>“{detail}”的值不可用；可用：{wanted}</translation>
    </message>
    <message>
        <source>sizes stand from the largest to the smallest, each once</source>
        <translation>字号须从大到小排列，且不重复</translation>
    </message>
    <message>
        <source>this document has no such field: “{detail}”</source>
        <translation>该单据没有字段“{detail}”</translation>
    </message>
    <message>
        <source>there is no style “{detail}”</source>
        <translation>没有样式“{detail}”</translation>
    </message>
    <message>
        <source>braces or brackets are not closed, or hold no field: {detail}</source>
        <translation>括号未闭合，或其中没有字段：{detail}</translation>
    </message>
    <message>
        <source>“{detail}” needs {size} dots and has {room}: no text could fit</source>
        <translation>“{detail}”需要 {size} 点，只有 {room} 点：放不下任何文字</translation>
    </message>
    <message>
        <source>“{detail}” is wider than the paper: at most {most} dots</source>
        <translation>“{detail}”超出纸宽：最多 {most} 点</translation>
    </message>
    <message>
        <source>a code needs {detail} dots and has {room}: no scanner could read it</source>
        <translation>二维码需要 {detail} 点，只有 {room} 点：扫不出来</translation>
    </message>
    <message>
        <source>a code cannot stand in an inverted box: no scanner could read it</source>
        <translation>二维码不能放在反白框里：扫不出来</translation>
    </message>
    <message>
        <source>boxes, columns and blocks stand more than {detail} deep in each other</source>
        <translation>框、栏和块的嵌套超过 {detail} 层</translation>
    </message>
    <message>
        <source>“{detail}” is missing and must be there: {why}</source>
        <translation>缺少必须有的“{detail}”：{why}</translation>
    </message>
    <message>
        <source>“{detail}” would be missing on papers without {without}: {why}</source>
        <translation>没有 {without} 的单据上会缺少“{detail}”：{why}</translation>
    </message>
    <message>
        <source>“{detail}” hangs on too many conditions</source>
        <translation>“{detail}”的条件太多</translation>
    </message>
    <message>
        <source>another file lays out “{detail}” already</source>
        <translation>另一个文件已定义“{detail}”的版式</translation>
    </message>
    <message>
        <source>this is the layout of another document, not of “{detail}”</source>
        <translation>这是另一种单据的版式，不是“{detail}”的</translation>
    </message>
    <message>
        <source>with this change the layout of “{document}” does not fit any more: “{detail}”</source>
        <translation>改动后“{document}”的版式放不下了：“{detail}”</translation>
    </message>
    <message>
        <source>the block “{detail}” does not fit here, or does not belong to this document</source>
        <translation>块“{detail}”在此放不下，或不属于这种单据</translation>
    </message>
    <message>
        <source>with this change the layout of “{document}” lacks “{detail}”: {why}</source>
        <translation>改动后“{document}”的版式缺少“{detail}”：{why}</translation>
    </message>
    <message>
        <source>the logo cannot be read: {detail}</source>
        <translation>徽标无法读取：{detail}</translation>
    </message>
    <message>
        <source>the logo is larger than {detail}</source>
        <translation>徽标大于 {detail}</translation>
    </message>
    <message>
        <source>the logo is not a PNG picture: {detail}</source>
        <translation>徽标不是 PNG 图片：{detail}</translation>
    </message>
    <message>
        <source>the logo has no black dot: {detail}</source>
        <translation>徽标里没有黑点：{detail}</translation>
    </message>
    <message>
        <source>it cannot be used: {detail}</source>
        <translation>不可用：{detail}</translation>
    </message>
    <message>
        <source>A layout cannot be used</source>
        <translation>版式不可用</translation>
    </message>
    <message>
        <source>A file that says how paper looks was refused.</source>
        <translation>一个版式文件被拒绝。</translation>
    </message>
    <message>
        <source>{file}, line {line}: {code}.</source>
        <translation>{file} 第 {line} 行：{code}。</translation>
    </message>
    <message>
        <source>Correct the file. Until then the layout of the program is used.</source>
        <translation>请改正该文件；在此之前使用程序自带的版式。</translation>
    </message>
    <message>
        <source>the customer must see what was paid</source>
        <translation>顾客要看到付了多少钱</translation>
    </message>
    <message>
        <source>the drawer is counted against it</source>
        <translation>钱箱按它清点</translation>
    </message>
    <message>
        <source>the signed paper is the proof of the payment</source>
        <translation>签字的单据是付款的凭证</translation>
    </message>
    <message>
        <source>the passenger must find the right departure and place</source>
        <translation>旅客要找得到车次和座位</translation>
    </message>
    <message>
        <source>gates and inspectors check it</source>
        <translation>检票口和列车员要查验</translation>
    </message>
    <message>
        <source>a paper must say what it is</source>
        <translation>单据要写明是什么</translation>
    </message>
    <message>
        <source>a copy or training paper would pass for the original</source>
        <translation>补打或培训用的单据会被当成原件</translation>
    </message>
    <message>
        <source>refunds and copies are found by it</source>
        <translation>退票和补打凭它查找</translation>
    </message>
    <message>
        <source>a copy or training paper would pass for a ticket</source>
        <translation>补打或培训用的纸会被当成车票</translation>
    </message>
    <message>
        <source>the price paid must stand on a ticket</source>
        <translation>车票上必须有票价</translation>
    </message>
    <message>
        <source>the card scheme prescribes the terminal's lines</source>
        <translation>卡组织规定了终端的各行内容</translation>
    </message>
    <message>
        <source>an accountant must see which journey was paid</source>
        <translation>会计要看到付的是哪段行程</translation>
    </message>
    <message>
        <source>only the traveller may claim it</source>
        <translation>只有本人可以报销</translation>
    </message>
    <message>
        <source>an accountant books this amount</source>
        <translation>会计按这个金额入账</translation>
    </message>
    <message>
        <source>it must say that it is no ticket</source>
        <translation>要写明它不是车票</translation>
    </message>
    <message>
        <source>the grand total ties each Z to the one before</source>
        <translation>累计总额把每张结账报表与上一张连起来</translation>
    </message>
    <message>
        <source>luggage must reach the right station</source>
        <translation>行李要运到正确的车站</translation>
    </message>
    <message>
        <source>every piece must be told apart</source>
        <translation>每件行李都要分得清</translation>
    </message>
    <message>
        <source>the group travels on this list</source>
        <translation>团体凭这张名单乘车</translation>
    </message>
</context>
</TS>
